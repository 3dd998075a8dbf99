// Package fault is Waymark's one error type: what kind of failure it was and where. Adapters map their vendors'
// errors to a Kind; retries and exit codes read the Kind only.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind classifies a failure by what can be done about it.
type Kind uint8

// The kinds.
const (
	Internal    Kind = iota // a defect or an unexpected state
	Invalid                 // the input or the configuration is wrong
	NotFound                // a named thing does not exist
	Conflict                // someone else changed or holds it
	SchemaDrift             // the input's shape is not what its contract says
	Transient               // trying again may help
	Auth                    // credentials or permissions
	Gate                    // a data-quality gate refused the publish
)

var kindNames = [...]string{"internal", "invalid", "not found", "conflict", "schema drift", "transient", "auth", "gate"}

func (k Kind) String() string { return kindNames[k] }

// Error is a failure with its kind and place. Message text never holds values from records, secrets or personal data.
type Error struct {
	Kind   Kind
	Source string // configured source name
	Object string // object key or file
	Line   int64  // 1-based, 0 is unknown
	Field  string
	Hint   string // what to do next; shown by cmd after the error
	Err    error
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Source != "" {
		fmt.Fprintf(&b, "source %s: ", e.Source)
	}
	if e.Object != "" {
		b.WriteString(e.Object)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	}
	if e.Field != "" {
		fmt.Fprintf(&b, "%s: ", e.Field)
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// New returns an error of kind with a formatted message (%w works).
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind of the first Error in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err carries kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// HintOf returns the first non-empty hint in err's chain.
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
