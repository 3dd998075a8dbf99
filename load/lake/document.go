package lake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// ErrCorrupt marks a manifest or ledger that is not what its format says (kind Invalid).
var ErrCorrupt = errors.New("corrupt document")

// ErrNewer marks a document of a later format than this code reads (kind Invalid).
var ErrNewer = errors.New("written by a newer version of waymark")

// encodeDocument renders v canonically: keys sorted (by declaration), no insignificant space, one newline at the end.
func encodeDocument(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	return buf.Bytes(), nil
}

// decodeDocument reads data, which was found at key, into v; newest is the latest format this code knows.
func decodeDocument(key string, data []byte, newest int, v any) error {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format < 1 {
		return corrupt(key)
	}
	if head.Format > newest {
		return &fault.Error{Kind: fault.Invalid, Object: key, Hint: "upgrade waymark, or use the version that wrote this lake",
			Err: fmt.Errorf("%w (format %d, this one reads up to %d)", ErrNewer, head.Format, newest)}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return corrupt(key)
	}
	return nil
}

// corrupt leaves the decoder's own message out: it may quote the document.
func corrupt(key string) error {
	return &fault.Error{Kind: fault.Invalid, Object: key, Err: ErrCorrupt,
		Hint: "the document was damaged or edited by hand; delete it to have its object read again"}
}

// get reads a whole document.
func (l *Lake) get(ctx context.Context, key string) ([]byte, object.Info, error) {
	body, info, err := l.objects.Get(ctx, key)
	if err != nil {
		return nil, info, err
	}
	data, err := io.ReadAll(body)
	if cerr := body.Close(); err == nil {
		err = cerr
	}
	return data, info, err
}

// swap writes a whole document under a condition and returns its ETag. A Conflict with a document of the very same
// content is none: it was this write, whose answer got lost, or an equal one.
func (l *Lake) swap(ctx context.Context, key string, data []byte, cond object.Condition) (string, error) {
	info, err := l.objects.Put(ctx, key, bytes.NewReader(data), int64(len(data)), cond)
	if err == nil {
		return info.ETag, nil
	}
	if !fault.Is(err, fault.Conflict) {
		return "", err
	}
	there, info, readErr := l.get(ctx, key)
	if readErr != nil && !fault.Is(readErr, fault.NotFound) {
		return "", fmt.Errorf("compare with what is there: %w", readErr)
	}
	if readErr != nil || !bytes.Equal(there, data) {
		return "", err
	}
	return info.ETag, nil
}
