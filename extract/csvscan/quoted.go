package csvscan

import (
	"bytes"

	"waymark/schemas"
)

// quoted reads the record at pos byte by byte, whatever its quotes, and indexing begins anew behind it. It returns
// false for a blank line.
func (r *Reader) quoted() bool {
	start, line := r.pos, r.line
	end, after := r.lineEnd(start)
	r.Bad.Reason = ""
	if end > start {
		end, after = r.split(start, end, after)
	}
	r.pos, r.line = after, r.line+1
	r.begin(after)
	if end == start {
		return false
	}
	r.found(start, end, line, true)
	return true
}

// split sets Fields from the record at start, whose first line ends at end; the next line begins at after. It returns
// the same two for the whole record.
func (r *Reader) split(start, end, after int) (int, int) {
	r.scratch = r.scratch[:0]
	data, fields, wrong := r.data, 0, false
	for p := start; ; fields++ {
		var stop int // end of the field as it stands
		var value []byte
		if p < len(data) && data[p] == '"' {
			shut, doubled := r.closing(p)
			if shut == len(data) {
				r.bad(schemas.Truncated, "a quote is not closed before the end of the object")
				return r.lineEnd(p)
			}
			for after <= shut { // a line end inside the quotes
				r.line++
				end, after = r.lineEnd(after)
			}
			value, stop = data[p+1:shut:shut], shut+1
			if doubled && fields < r.columns && r.slots[fields] >= 0 {
				value = r.unescape(value)
			}
			if stop < end && data[stop] != r.sep {
				wrong = true
				stop = r.fieldEnd(stop, end)
			}
		} else {
			stop = r.fieldEnd(p, end)
			value = data[p:stop:stop]
		}
		if fields < r.columns && r.slots[fields] >= 0 {
			r.Fields[r.slots[fields]] = value
		}
		if stop == end {
			break
		}
		p = stop + 1
	}
	if fields++; wrong {
		r.bad(schemas.Malformed, "text follows a closing quote")
	} else if fields != r.columns {
		r.ragged(fields)
	}
	return end, after
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
	if i := bytes.IndexByte(r.data[from:end], r.sep); i >= 0 {
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
