package csvscan

import (
	"bytes"

	"waymark/schemas"
)

// quoted splits the record at start, whose first line ends at eol and holds a quote. It moves the reader past the
// record and returns where the record ends.
func (r *Reader) quoted(start, eol int) int {
	if r.oversize {
		return r.broken(len(r.data), schemas.TooLarge, "the record is larger than the limit")
	}
	r.scratch = r.scratch[:0]
	data := r.data
	end, next := r.lineEnd(start)
	wrong := false
	for p, col := start, 0; ; col++ {
		stop := p // end of the field as it stands
		var value []byte
		if p < len(data) && data[p] == '"' {
			shut, doubled := r.closing(p)
			if shut == len(data) {
				return r.broken(p, schemas.Truncated, "a quote is not closed before the end of the object")
			}
			for next <= shut { // a line end inside the quotes
				r.line++
				end, next = r.lineEnd(next)
			}
			value, stop = data[p+1:shut:shut], shut+1
			if doubled && col < len(r.slots) && r.slots[col] >= 0 {
				value = r.unescape(value)
			}
			if stop < end && data[stop] != r.delim {
				wrong = true
				stop = r.fieldEnd(stop, end)
			}
		} else {
			stop = r.fieldEnd(p, end)
			value = data[p:stop:stop]
		}
		if col < len(r.slots) {
			if s := r.slots[col]; s >= 0 {
				r.Fields[s] = value
			}
		}
		if stop < end {
			p = stop + 1
			continue
		}
		if wrong {
			r.bad(schemas.Malformed, "text follows a closing quote")
		} else if col+2 != len(r.slots) {
			r.ragged(col + 1)
		}
		break
	}
	r.line++
	r.pos = next
	if r.quote < next {
		r.quote = r.find(next)
	}
	return end
}

// closing returns the position of the quote that closes the field opened at p, len(data) when none does, and whether
// the field has doubled quotes.
func (r *Reader) closing(p int) (shut int, doubled bool) {
	for q := p + 1; ; {
		i := bytes.IndexByte(r.data[q:], '"')
		if i < 0 {
			return len(r.data), doubled
		}
		q += i
		if q+1 == len(r.data) || r.data[q+1] != '"' {
			return q, doubled
		}
		q, doubled = q+2, true
	}
}

func (r *Reader) fieldEnd(from, end int) int {
	if i := bytes.IndexByte(r.data[from:end], r.delim); i >= 0 {
		return from + i
	}
	return end
}

// unescape returns value with doubled quotes made single, in scratch.
func (r *Reader) unescape(value []byte) []byte {
	from := len(r.scratch)
	for {
		i := bytes.IndexByte(value, '"')
		if i < 0 {
			break
		}
		r.scratch = append(r.scratch, value[:i+1]...)
		value = value[i+2:]
	}
	r.scratch = append(r.scratch, value...)
	return r.scratch[from:len(r.scratch):len(r.scratch)]
}

// broken rejects the current record up to the end of the line that from stands on, and moves to the next line.
func (r *Reader) broken(from int, reason schemas.Reason, message string) int {
	end, next := r.lineEnd(from)
	r.line, r.pos = r.line+1, next
	r.quote = r.find(next)
	r.bad(reason, message)
	return end
}
