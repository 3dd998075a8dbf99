package engine

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// exception is an error in ClickHouse's wording: "Code: 60. DB::Exception: … (UNKNOWN_TABLE)".
type exception struct {
	code int
	text string
}

func (e *exception) Error() string { return e.text }

// codeDenied is AUTHENTICATION_FAILED.
const codeDenied = 516

var codePattern = regexp.MustCompile(`^Code: (\d+)\.`)

// newException takes the engine's text; one without a code becomes STD_EXCEPTION, as on a server.
func newException(text string) *exception {
	text = strings.TrimRight(text, "\n ")
	if m := codePattern.FindStringSubmatch(text); m != nil {
		code, _ := strconv.Atoi(m[1])
		return &exception{code, text}
	}
	return refuse(1001, "STD_EXCEPTION", text)
}

// refuse is an exception of the front itself.
func refuse(code int, name, reason string) *exception {
	return &exception{code, "Code: " + strconv.Itoa(code) + ". DB::Exception: " + reason + ". (" + name + ")"}
}

// asException gives every error ClickHouse's form.
func asException(err error) *exception {
	var e *exception
	if errors.As(err, &e) {
		return e
	}
	return newException(err.Error())
}

// status is the HTTP status that ClickHouse's own server gives a code.
func (e *exception) status() int {
	switch e.code {
	case 192, 193, 194, 497, codeDenied: // UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, ACCESS_DENIED
		return http.StatusForbidden
	case 6, 26, 27, 32, 33, 36, 38, 41, 43, 44, 53, 62, 69, 70, 72, 117, 130, 131, 164, 179, 184, 215, 456, 457: // arguments, parsing, types, READONLY
		return http.StatusBadRequest
	case 16, 46, 47, 50, 55, 56, 60, 63, 73, 81, 82, 115: // UNKNOWN_…, NO_SUCH_COLUMN_IN_TABLE, DATABASE_ALREADY_EXISTS
		return http.StatusNotFound
	case 48: // NOT_IMPLEMENTED
		return http.StatusNotImplemented
	case 159: // TIMEOUT_EXCEEDED
		return http.StatusRequestTimeout
	case 173, 202, 209: // CANNOT_ALLOCATE_MEMORY, TOO_MANY_SIMULTANEOUS_QUERIES, SOCKET_TIMEOUT
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
