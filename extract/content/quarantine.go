package content

import (
	"errors"

	"waymark/extract"
	"waymark/schemas"
)

// Quarantine returns err as the reason to set the object aside when it speaks of the object's content, else err itself.
func Quarantine(err error) error {
	reason := schemas.Reason("")
	switch {
	case errors.Is(err, ErrTruncated):
		reason = schemas.Truncated
	case errors.Is(err, ErrCorrupt):
		reason = schemas.Malformed
	case errors.Is(err, ErrRatio):
		reason = schemas.TooLarge
	case errors.Is(err, ErrEncoding):
		reason = schemas.InvalidUTF8
	default:
		return err
	}
	return &extract.Quarantine{Reason: reason, Message: err.Error()}
}
