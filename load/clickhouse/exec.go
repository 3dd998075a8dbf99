package clickhouse

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
)

// ErrGone says that the embedded engine has ended: no statement over this connection will succeed any more.
var ErrGone = errors.New("the engine is gone")

// statement is one SQL statement and how to run it.
type statement struct {
	what       string // action and subject, for errors
	sql        string
	params     map[string]string
	settings   ch.Settings
	repeatable bool // running it twice is the same as once: it may be retried
}

// exec runs st and drops its result.
func (w *Warehouse) exec(ctx context.Context, st statement) error {
	if w.http {
		// Without it HTTP can answer 200 and fail later, and the driver reads no further than the status.
		st.settings = with(st.settings, "wait_end_of_query", 1)
	}
	return w.attempts(ctx, st, func(ctx context.Context) error { return w.conn.Exec(ctx, st.sql) })
}

// read runs st, which must be repeatable, and calls row for each row; start is called before each attempt and must
// forget what an earlier one collected.
func (w *Warehouse) read(ctx context.Context, st statement, start func(), row func(driver.Rows) error) error {
	st.repeatable = true
	return w.attempts(ctx, st, func(ctx context.Context) error {
		start()
		rows, err := w.conn.Query(ctx, st.sql)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// attempts runs once, or again after errors of kind Transient while st is repeatable and the retry budget lasts. The
// budget counts from the start, so that what ran long is not run again.
func (w *Warehouse) attempts(ctx context.Context, st statement, once func(context.Context) error) error {
	const first, longest = 100 * time.Millisecond, 5 * time.Second
	deadline := time.Now().Add(w.retryBudget)
	for wait := first; ; wait = min(2*wait, longest) {
		err := w.attempt(ctx, st, once)
		if err != nil && w.lost != nil && ctx.Err() == nil {
			if gone := w.lost(); gone != nil {
				return &fault.Error{Kind: fault.Transient, Err: fmt.Errorf("%s: %w: %w", st.what, ErrGone, gone),
					Hint: "run again: the warehouse comes up as it was, and the run goes on from the lake; if the system killed the engine for its memory, lower resources.engine_memory_mib"}
			}
		}
		pause := wait/2 + mathrand.N(wait)
		if err == nil || !st.repeatable || !fault.Is(err, fault.Transient) || time.Now().Add(pause).After(deadline) {
			return err
		}
		w.log.Debug().Err(err).Dur("pause", pause).Msg("statement will be repeated")
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", st.what, context.Cause(ctx))
		}
	}
}

// attempt runs once under a query id and the statement timeout, and kills the query when its context ended.
func (w *Warehouse) attempt(ctx context.Context, st statement, once func(context.Context) error) error {
	id := queryID()
	limited, cancel := context.WithTimeout(w.queryContext(ctx, id, st), w.statementTimeout)
	defer cancel()
	began := time.Now()
	err := once(limited)
	if err == nil {
		w.log.Debug().Str("statement", st.what).Float64("seconds", time.Since(began).Seconds()).Msg("done")
		return nil
	}
	if limited.Err() == nil {
		return faultOf(st.what, err)
	}
	w.kill(ctx, id)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", st.what, context.Cause(ctx))
	}
	return fault.New(fault.Transient, "%s: longer than %s: %w", st.what, w.statementTimeout, limited.Err())
}

func (w *Warehouse) queryContext(ctx context.Context, id string, st statement) context.Context {
	return ch.Context(ctx, ch.WithQueryID(id), ch.WithSettings(st.settings), ch.WithParameters(parameters(st.params)))
}

// kill asks the server to stop a query whose caller is gone. It is best effort: a server that cannot be reached ends
// the query by its own time limit.
func (w *Warehouse) kill(ctx context.Context, id string) {
	const patience = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	// The id is ours and plain; the embedded engine recognises it only as a literal.
	st := statement{sql: "KILL QUERY WHERE query_id = " + literal(id) + " ASYNC"}
	if err := w.conn.Exec(w.queryContext(ctx, queryID(), st), st.sql); err != nil && !errors.Is(err, context.Canceled) {
		w.log.Debug().Str("query_id", id).Err(faultOf("kill query", err)).Msg("query was not killed")
	}
}

// parameters escapes values as the server reads them: one field of a tab-separated line.
func parameters(params map[string]string) ch.Parameters {
	escaped := make(ch.Parameters, len(params))
	field := strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r", "\x00", "\\0")
	for name, value := range params {
		escaped[name] = field.Replace(value)
	}
	return escaped
}

func queryID() string {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails
	return "waymark-" + hex.EncodeToString(id[:])
}

// with returns a copy of s with one more setting.
func with(s ch.Settings, name string, value any) ch.Settings {
	c := make(ch.Settings, len(s)+1)
	for k, v := range s {
		c[k] = v
	}
	c[name] = value
	return c
}
