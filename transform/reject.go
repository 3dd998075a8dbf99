package transform

import (
	"bytes"
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"waymark/internal/fault"
	"waymark/schemas"
	"waymark/transform/privacy"
)

// Limits of what a reject keeps, in bytes.
const (
	maxField   = 256
	maxMessage = 1024
	maxRecord  = 2048
)

// Reject turns x into a row of the reject table, with the record masked. A record that is rejected again for the same
// reason and field leaves one row.
func (f *Finisher) Reject(x schemas.Reject) error {
	if f.err != nil {
		return f.err
	}
	id := f.rejectID(&x)
	last := &f.rejected
	if !last.valid || last.line != x.Line || last.offset != x.Offset {
		f.counts.Rejects++
	} else if last.id == id {
		return nil
	}
	last.valid, last.line, last.offset, last.id = true, x.Line, x.Offset, id

	t := f.reject
	d := t.draft
	d.Reset()
	d.SetBytes(schemas.RjSource, sanitise(f.set.Source, maxField))
	d.SetBytes(schemas.RjObject, sanitise(f.set.Object, maxMessage))
	d.SetInt(schemas.RjLine, x.Line)
	d.SetInt(schemas.RjByteOffset, x.Offset)
	d.SetBytes(schemas.RjReason, sanitise(string(x.Reason), maxField))
	d.SetBytes(schemas.RjField, sanitise(x.Field, maxField))
	d.SetBytes(schemas.RjMessage, sanitise(x.Message, maxMessage))
	d.SetBytes(schemas.RjRecord, privacy.Redact(nil, x.Record, maxRecord))
	t.decide(schemas.RjRejectID, id[:])
	bad, err := f.append(t, d)
	if err == nil && bad != nil {
		err = fault.New(fault.Internal, "reject row: %s %s", bad.field, bad.message)
	}
	return err
}

func (f *Finisher) rejectID(x *schemas.Reject) [16]byte {
	f.key = appendPart(append(f.key[:0], f.prefix...), []byte(f.set.Source))
	f.key = appendPart(f.key, []byte(f.set.Object))
	f.key = binary.LittleEndian.AppendUint64(f.key, uint64(x.Line))
	f.key = binary.LittleEndian.AppendUint64(f.key, uint64(x.Offset))
	f.key = appendPart(appendPart(f.key, []byte(x.Reason)), []byte(x.Field))
	return xxh3.Hash128Seed(f.key, f.seed).Bytes()
}

// sanitise makes text fit for the reject table whatever it is: a reject must never be rejected.
func sanitise(text string, limit int) []byte {
	b := bytes.ToValidUTF8([]byte(text[:min(len(text), limit)]), []byte("?"))
	return b[:min(len(b), limit)]
}
