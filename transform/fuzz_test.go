package transform

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"waymark/schemas"
)

// address is a second opinion on what an e-mail address looks like, narrower than the transform's own.
var address = regexp.MustCompile(`(^|[^%A-Za-z0-9._+-])[A-Za-z0-9][A-Za-z0-9._+-]*(@|%40|%2540)[A-Za-z0-9][A-Za-z0-9-]*\.(com|org|pl)\b`)

var replaced = regexp.MustCompile(`email:[0-9a-f]{32}`)

// FuzzText: whatever a source hands over, what is stored is UTF-8, fits, holds no address, and batches stay in shape.
func FuzzText(f *testing.F) {
	f.Add([]byte("/u/jane.doe%40example.com/x"), []byte("Jane <jane@example.org>"), int64(5))
	f.Add([]byte("a@b@c.com\xff"), []byte("%2540%40@@.pl"), int64(-1))
	f.Add([]byte("%41%40b.com"), []byte("ż@ż.pl,x@y.pl."), int64(maxTimestamp))
	set := settings(f)
	f.Fuzz(func(t *testing.T, a, b []byte, n int64) {
		fin := New(set)
		for i := range 3 {
			r := fin.Row(schemas.JourneyEvent)
			purchase(r, i)
			if i == 1 {
				r.Key = append(r.Key, a...)
				r.SetBytes(schemas.EvPagePath, a)
				r.SetBytes(schemas.EvCampaign, b)
				r.SetBytes(schemas.EvEmailID, b)
				r.SetBytes(schemas.EvPhoneID, a)
				r.AddAttr("x", b)
				r.AddAttr("a", a)
				r.SetInt(schemas.EvOccurredAt, n)
				r.SetInt(schemas.EvQuantity, n>>8)
				r.Raw = a
			}
			if err := fin.Emit(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := fin.Reject(schemas.Reject{Line: 1, Field: string(a), Message: string(b), Record: b}); err != nil {
			t.Fatal(err)
		}
		for _, batch := range fin.Batches() {
			checkShape(t, batch)
			for i := range batch.Cols {
				d := &batch.Cols[i].Dict
				for code := range d.Len() {
					v := d.Value(uint32(code))
					if !utf8.Valid(v) || len(v) > MaxText || address.Match(replaced.ReplaceAll(v, []byte("<>"))) {
						t.Fatalf("%s.%s holds %q", batch.Table.Name, batch.Table.Columns[i].Name, v)
					}
				}
			}
		}
		if c := fin.Counts(); c.Rows != 3 && (c.Rows != 2 || c.Rejects != 2) {
			t.Fatalf("%+v", c)
		}
	})
}
