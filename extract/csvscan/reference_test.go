package csvscan

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
)

// reference reads records byte by byte as the package documentation says, for lines that end in LF or CRLF.
func reference(text string, columns int) (out []record) {
	header := strings.IndexByte(text, '\n') + 1
	line := int64(2)
	for p := header; p < len(text); {
		rec := record{Line: line, Offset: int64(p)}
		var fields []string
		quoted := false // the last field
		bad := schemas.Reason("")
		start, end := p, -1
		for end < 0 {
			var f strings.Builder
			if quoted = p < len(text) && text[p] == '"'; quoted {
				open, openLine := p, line
				shut := false
				for p++; p < len(text) && !shut; p++ {
					switch {
					case text[p] != '"':
						f.WriteByte(text[p])
						if text[p] == '\n' {
							line++
						}
					case p+1 < len(text) && text[p+1] == '"':
						f.WriteByte('"')
						p++
					default:
						shut = true
					}
				}
				if !shut {
					bad, line = schemas.Truncated, openLine
					if p = strings.IndexByte(text[open:], '\n'); p < 0 {
						end = len(text)
					} else {
						end = open + p
					}
					break
				}
				rest := text[p:]
				if i := strings.IndexAny(rest, ",\n"); i >= 0 {
					rest = rest[:i]
				}
				after := p + len(rest)
				if rest = strings.TrimSuffix(rest, "\r"); rest != "" || after < len(text) && text[after] == ',' && after > p {
					bad = schemas.Malformed
				}
				p = after
			} else {
				for ; p < len(text) && text[p] != ',' && text[p] != '\n'; p++ {
					f.WriteByte(text[p])
				}
			}
			fields = append(fields, f.String())
			if p < len(text) && text[p] == ',' {
				p++
				continue
			}
			end = p
		}
		last := len(fields) - 1
		if raw := text[start:end]; bad == "" && strings.HasSuffix(raw, "\r") && !quoted {
			fields[last] = strings.TrimSuffix(fields[last], "\r")
		}
		if bad == "" && len(fields) != columns {
			bad = schemas.Malformed
		}
		p, line = end+1, line+1
		if strings.TrimSuffix(text[start:end], "\r") == "" {
			continue
		}
		if rec.Bad = bad; bad == "" {
			rec.Fields = fields
		}
		out = append(out, rec)
	}
	return out
}

// Random text of every shape, long enough to cross blocks, windows and chunks, reads as the reference reads it.
func TestAgainstReference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	pieces := []string{"a", "bcd", "long text of many words ", ",", ",", "\"", "\"\"", "\n", "\r\n", "\"x\"", ",\"y\ny\",", "\r", "é", "\"quoted, with\nlines\"\n", ",,,", "1,2,3\n", "\"1\",\"2\",\"3\"\n"}
	for round := range 2000 {
		var b strings.Builder
		b.WriteString("a,b,c\n")
		// Each round prefers some pieces, so that well-formed stretches are long in many.
		favourite := rnd.Perm(len(pieces))[:1+rnd.IntN(4)]
		for n := rnd.IntN(400); n > 0; n-- {
			if rnd.IntN(10) > 0 {
				b.WriteString(pieces[favourite[rnd.IntN(len(favourite))]])
			} else {
				b.WriteString(pieces[rnd.IntN(len(pieces))])
			}
		}
		text := b.String()
		want := reference(text, 3)
		for _, chunk := range []int{0, 1 + rnd.IntN(200), 70 + rnd.IntN(2000)} {
			_, got := readAll(t, strings.NewReader(text), Options{Delimiter: ',', ChunkBytes: chunk})
			if !reflect.DeepEqual(want, got) {
				t.Fatalf("round %d, chunks of %d: %q\n%s", round, chunk, text, cmp.Diff(want, got))
			}
		}
	}
}

// With a limit on records the result does not depend on the chunks either.
func TestLimitDoesNotDependOnChunks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	pieces := []string{"a,b,c\n", "\"x\",\"y\",\"z\"\n", "\"text\nof \"\"lines\"\"\n", "\",", ",\"", "\n", strings.Repeat("w", 90), "\""}
	for round := range 1500 {
		var b strings.Builder
		b.WriteString("a,b,c\n")
		for n := rnd.IntN(200); n > 0; n-- {
			b.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		o := Options{Delimiter: ',', MaxRecord: 100 + rnd.IntN(400)}
		_, want := readAll(t, strings.NewReader(b.String()), o)
		for _, o.ChunkBytes = range []int{1 + rnd.IntN(100), 100 + rnd.IntN(1000)} {
			if _, got := readAll(t, strings.NewReader(b.String()), o); !reflect.DeepEqual(want, got) {
				t.Fatalf("round %d, %+v: %q\n%s", round, o, b.String(), cmp.Diff(want, got))
			}
		}
	}
}
