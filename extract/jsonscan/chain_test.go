package jsonscan

import (
	"fmt"
	"testing"
)

// walk reads records one after another with the same chain and without one, and wants the same keys, values and verdicts.
func walk(t *testing.T, ch *Chain, record []byte) {
	t.Helper()
	with, without := keysOf(ch, record), keysOf(nil, record)
	if with != without {
		t.Fatalf("%q\nalong a chain   %s\nwithout a chain %s", record, with, without)
	}
}

func keysOf(ch *Chain, record []byte) (out string) {
	var c Cursor
	c.Reset(record)
	take := func(key []byte) {
		c.peek()
		from := c.Pos()
		c.Skip()
		out += fmt.Sprintf("%q:%q ", key, c.Between(from, c.Pos()))
	}
	if c.Object() {
		if ch == nil {
			for c.NextKey() {
				take(c.Key())
			}
		} else {
			for l := c.NextKeyOf(ch, ch.Start(), idOf); l != nil; l = c.NextKeyOf(ch, l, idOf) {
				if l.ID != idOf(l.Name) || string(l.Name) != string(c.Key()) {
					return fmt.Sprintf("link %d %q, key %q", l.ID, l.Name, c.Key())
				}
				take(c.Key())
			}
		}
	}
	if err := c.End(); err != nil {
		return out + err.Error()
	}
	return out
}

func idOf(key []byte) int { return len(key) }

func TestChain(t *testing.T) {
	var ch Chain
	for range 3 {
		for _, r := range []string{
			`{"a":1,"b":{"c":2},"d":[3]}`, `{"a":1,"d":[3]}`, `{"b":1,"a":2}`, `{}`, `{"a":1}`, `{ "a" : 1 , "b":2}`, `{"a":1,"a":2}`,
			`{"a":1,}`, `{,"b":1}`, `{,"d":1}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":1,"b"`, `{"a":1,"b":`, `{"a":1,"b":2`, `[1]`, `{"ą":1,"b":2}`, `{"\u0061":1,"b":2}`,
			"{\"a\":1,\"b\xff\":2}", `{"a":"x","b":"y"}z`,
		} {
			walk(t, &ch, []byte(r))
		}
	}
	if l := ch.links[`,"b":`]; l == nil || l.ID != 1 {
		t.Fatal("the chain did not learn what comes again")
	}
}

// A chain stays small whatever the records hold.
func TestChainIsBounded(t *testing.T) {
	var ch Chain
	for i := range 3 * maxLinks {
		walk(t, &ch, fmt.Appendf(nil, `{"a":1,"k%d":2,"b":%q}`, i, make([]byte, maxLinkText)))
		walk(t, &ch, fmt.Appendf(nil, `{"a":1,"%0*d":2}`, maxLinkText, i))
	}
	if len(ch.links) != maxLinks {
		t.Fatalf("%d links, want %d", len(ch.links), maxLinks)
	}
}

func TestChainAllocatesNothing(t *testing.T) {
	var ch Chain
	var c Cursor
	records := [][]byte{[]byte(`{"a":1,"b":{"c":2},"d":[3]}`), []byte(`{"a":1,"d":[3]}`)}
	if n := testing.AllocsPerRun(100, func() {
		for _, r := range records {
			c.Reset(r)
			c.Object()
			for l := c.NextKeyOf(&ch, ch.Start(), idOf); l != nil; l = c.NextKeyOf(&ch, l, idOf) {
				c.Skip()
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzChain(f *testing.F) {
	f.Add(`{"a":1,"b":2}`, `{"a":1,"c":2}`)
	f.Add(`{"a":1,"b":2}`, `{,"b":2}`)
	f.Add(`{ "a":1,"ą":2}`, `{"a":"`)
	f.Fuzz(func(t *testing.T, a, b string) {
		var ch Chain
		for _, r := range []string{a, b, a, b, b} {
			walk(t, &ch, []byte(r))
		}
	})
}
