package csvscan

import (
	"errors"
	"fmt"
	"io"

	"waymark/extract"
	"waymark/schemas"
)

// readError tells an object that ends too early, which is set aside, from a reader that cannot go on.
func readError(err error, line int64) error {
	var q *extract.Quarantine
	if errors.As(err, &q) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &extract.Quarantine{Reason: schemas.Truncated, Line: line, Message: "the object ends inside its compressed data"}
	}
	return fmt.Errorf("read object: %w", err)
}
