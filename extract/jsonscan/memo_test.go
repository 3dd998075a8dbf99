package jsonscan

import (
	"testing"
)

// members walks an object, with memos or without, and returns what each key's value begins and ends at.
func members(c *Cursor, memos []Memo) (spans []int) {
	if !c.Object() {
		return nil
	}
	for i := 0; c.NextKey(); i++ {
		c.peek()
		spans = append(spans, c.Pos())
		if i < len(memos) {
			c.SkipAgain(&memos[i])
		} else {
			c.Skip()
		}
		spans = append(spans, c.Pos())
	}
	return spans
}

// FuzzMemo reads two records one after the other: what is remembered of the first changes nothing about the second.
func FuzzMemo(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a":{"b":1},"c":[1,2]}`, `{"a":{"b":1},"c":[1,2]}`},
		{`{"a":{"b":1},"c":12}`, `{"a":{"b":1}x,"c":123}`},
		{`{"a":null,"c":{"d":"e\u0041"}}`, `{"a":nullx,"c":{"d":"e\u0041"}}`},
		{`{"a":{"ż":"ó"}}`, `{"a":{"ż":"ó"},"b":"ÿ"}`},
		{`{"a":[[]],"b":{}}`, `{"a": [[]] ,"b":{}`},
		{"{\"a\":{\"b\":\"\xff\"}}", "{\"a\":{\"b\":\"\xff\"}}"},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		var c, plain Cursor
		memos := make([]Memo, 4)
		for _, record := range [][]byte{one, two, one} {
			c.Reset(record)
			plain.Reset(record)
			got, want := members(&c, memos), members(&plain, nil)
			if len(got) != len(want) {
				t.Fatalf("%d members, without memory %d", len(got)/2, len(want)/2)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("value %d at %v, without memory at %v", i/2, got, want)
				}
			}
			e, w := c.End(), plain.End()
			if (e == nil) != (w == nil) || e != nil && *e != *w {
				t.Fatalf("%v, without memory %v", e, w)
			}
		}
	})
}

// What was unescaped is gone with its record, and a value nested deeper than the one remembered may be nested too deep.
func TestMemoForgets(t *testing.T) {
	var c Cursor
	var m Memo
	read := func(record string) (remembered bool) {
		c.Reset([]byte(record))
		if c.Repeats(&m) {
			t.Fatalf("%s repeats", record)
		}
		c.Object()
		for c.NextKey() {
			c.Text()
		}
		return c.Remember(&m)
	}
	if read(`{"a":"\u0041"}`) {
		t.Error("text that was unescaped is remembered")
	}
	if !read(`{"a":"A"}`) {
		t.Error("plain text is not remembered")
	}
	c.Reset([]byte(`[{"a":"A"}]`))
	c.Array()
	c.NextElem()
	if c.Repeats(&m) {
		t.Error("a value repeats on a deeper level")
	}
	m.Forget()
	c.Reset([]byte(`{"a":"A"}`))
	if c.Repeats(&m) {
		t.Error("forgotten and repeats")
	}
}
