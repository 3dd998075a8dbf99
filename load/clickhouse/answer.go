package clickhouse

import (
	"errors"
	"net/http"

	"waymark/internal/fault"
)

// answers believes an answer of success over HTTP only when ClickHouse gave it, which names the query in a header. Something between
// us and the server can say 200 as well, and a model that was never filled would look like an empty one: of rows that
// come from the lake the count is known, of those a SELECT makes it is not.
type answers struct{ next http.RoundTripper }

const queryIDHeader = "X-ClickHouse-Query-Id"

// RoundTrip fails with kind Transient on an answer of success that names no query.
func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := a.next.RoundTrip(r)
	if err != nil || res.StatusCode >= http.StatusMultipleChoices || res.Header.Get(queryIDHeader) != "" {
		return res, err
	}
	return nil, errors.Join(&fault.Error{
		Kind: fault.Transient, Err: errors.New("an answer of success without a query id, which ClickHouse always gives"),
		Hint: "check the address: the answer did not come from ClickHouse",
	}, res.Body.Close())
}
