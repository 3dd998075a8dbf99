package pipeline

import (
	"bytes"
	"testing"

	"waymark/schemas"
	"waymark/transform"
)

// A finisher goes from object to object of its source, says which one its rows are of, and gives way to those that were used later.
func TestFinishers(t *testing.T) {
	settings := func(source, object string) transform.Settings {
		return transform.Settings{Source: source, System: "survey", Export: "responses", Object: object, Key: bytes.Repeat([]byte("k"), 32)}
	}
	rejected := func(f *transform.Finisher) string {
		t.Helper()
		if err := f.Reject(schemas.Reject{Line: 1, Reason: schemas.Malformed, Message: "bad"}); err != nil {
			t.Fatal(err)
		}
		for _, b := range f.Batches() {
			if b.Table == schemas.RejectTable {
				c := &b.Cols[schemas.RjObject]
				return string(c.Dict.Value(c.Codes[0]))
			}
		}
		t.Fatal("no reject")
		return ""
	}
	f := finishers{limit: 2}
	a := f.take(settings("a", "s3://x/1"))
	if got := rejected(a); got != "s3://x/1" {
		t.Error(got)
	}
	f.give("a", a)
	b := f.take(settings("b", "s3://y/1"))
	if b == a {
		t.Error("a finisher of another source")
	}
	again := f.take(settings("a", "s3://x/2"))
	if again != a {
		t.Error("made anew")
	}
	if got := rejected(a); got != "s3://x/2" {
		t.Errorf("a reject of the second object names %q", got)
	}
	f.give("a", again)
	f.give("b", b)
	f.take(settings("c", "s3://z/1")) // there is room for two: that of a, used before that of b, goes
	if len(f.idle) != 1 || f.idle[0].source != "b" || f.out != 1 {
		t.Errorf("kept: %+v, out: %d", f.idle, f.out)
	}
	f.drop()
	if f.out != 0 {
		t.Errorf("%d out", f.out)
	}
}
