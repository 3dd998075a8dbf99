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
	return schemas.Reject{Line: r.Line, Offset: r.Offset, Reason: reason, Field: field, Message: Explain(reason), Record: r.Raw}
}

// Explain says what is wrong with a field that is rejected for reason.
func Explain(reason schemas.Reason) string {
	switch reason {
	case schemas.MissingRequired:
		return "the field is empty"
	case schemas.OutOfRange:
		return "the value is outside what the field can hold"
	case schemas.Contradiction:
		return "the value is another one than that of an earlier row of the same thing"
	}
	return "the value is not of this field's type"
}
