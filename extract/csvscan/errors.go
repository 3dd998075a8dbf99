package csvscan

import (
	"errors"
	"fmt"

	"waymark/extract"
	"waymark/extract/content"
)

// readError tells an object that is at fault itself, which is set aside, from a reader that cannot go on.
func readError(err error, line int64) error {
	err = content.Quarantine(err)
	var q *extract.Quarantine
	if errors.As(err, &q) {
		located := *q
		located.Line = line
		return &located
	}
	return fmt.Errorf("read object: %w", err)
}
