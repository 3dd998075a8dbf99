package csvscan

import (
	"context"

	"waymark/extract"
	"waymark/schemas"
)

// Decode calls record for each record of c that can be used, gives sink the rejects of the others, and at the end tells
// it how many there were. It stops at the first error.
func (r *Reader) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink, record func() error) error {
	r.Reset(c)
	records := int64(0)
	for r.Next() {
		if records++; records%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if r.Bad.Reason != "" {
			err = sink.Reject(r.Bad)
		} else {
			err = record()
		}
		if err != nil {
			return err
		}
	}
	sink.Records(records)
	return nil
}

// Rejection is the reject of the current record because of the named field.
func (r *Reader) Rejection(reason schemas.Reason, field string) schemas.Reject {
	message := "the value is not of this field's type"
	switch reason {
	case schemas.MissingRequired:
		message = "the field is empty"
	case schemas.OutOfRange:
		message = "the value is outside what the field can hold"
	}
	return schemas.Reject{Line: r.Line, Offset: r.Offset, Reason: reason, Field: field, Message: message, Record: r.Raw}
}
