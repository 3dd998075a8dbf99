package jsonscan

import (
	"bytes"
	"iter"

	"waymark/extract"
	"waymark/schemas"
)

// What Part of a chunk says about its Data.
const (
	partLines     = iota // one record per line
	partValues           // values with space between them
	partTooLarge         // the beginning of a record above the size limit
	partMalformed        // the beginning of a stretch that is no record
	partTruncated        // the object ended inside a record or a page
)

// Whole reports whether a chunk that a Stream cut holds records, and not a stretch that is none.
func Whole(c extract.Chunk) bool { return c.Part == partLines || c.Part == partValues }

// Record is one record of a chunk.
type Record struct {
	Data   []byte // the record's text, without space around it
	Line   int64  // 1-based
	Offset int64
	// Reason is set when the stretch is not usable as a record; Data then holds at most its beginning.
	Reason schemas.Reason
	last   bool // a line that the object's end cut off
}

// Rejection describes r for Sink.Reject; err is what the cursor found, and may be nil when r has a Reason.
func (r *Record) Rejection(err *Error) schemas.Reject {
	out := schemas.Reject{Line: r.Line, Offset: r.Offset, Reason: r.Reason, Record: r.Data}
	if r.Reason != "" {
		out.Message = message(r.Reason)
		return out
	}
	out.Reason, out.Field, out.Message = err.Reason, err.Field, err.Message
	if r.last && err.AtEnd {
		out.Reason, out.Message = schemas.Truncated, message(schemas.Truncated)
	}
	return out
}

func message(reason schemas.Reason) string {
	switch reason {
	case schemas.TooLarge:
		return "the record is larger than the limit"
	case schemas.Truncated:
		return "the object ends inside a record"
	default:
		return "no JSON record starts here"
	}
}

// Records yields the records of a chunk that a Stream cut. Blank lines are passed over.
func Records(c extract.Chunk) iter.Seq[Record] {
	switch c.Part {
	case partTooLarge:
		return one(c, schemas.TooLarge)
	case partMalformed:
		return one(c, schemas.Malformed)
	case partTruncated:
		return one(c, schemas.Truncated)
	case partValues:
		return func(yield func(Record) bool) { eachValue(c, yield) }
	default:
		return func(yield func(Record) bool) { eachLine(c, yield) }
	}
}

func one(c extract.Chunk, reason schemas.Reason) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		yield(Record{Data: c.Data, Line: c.Line, Offset: c.Offset, Reason: reason})
	}
}

// eachLine goes along the line ends that the stream noted, and looks for those behind them: the last line may have none.
func eachLine(c extract.Chunk, yield func(Record) bool) {
	data, line, at := c.Data, c.Line, 0
	for _, end := range c.Ends {
		next := int(end &^ extract.SpaceBefore)
		from, to := at, next-1
		if end != uint32(next) || from < to && data[from] <= ' ' {
			from, to = trim(data, from, to)
		}
		if from < to && !yield(Record{Data: data[from:to:to], Line: line, Offset: c.Offset + int64(from)}) {
			return
		}
		at, line = next, line+1
	}
	for ; at < len(data); line++ {
		end := bytes.IndexByte(data[at:], '\n')
		next := at + end + 1
		last := end < 0
		if last {
			next = len(data)
			end = len(data) - at
		}
		from, to := trim(data, at, at+end)
		if from < to && !yield(Record{Data: data[from:to:to], Line: line, Offset: c.Offset + int64(from), last: last}) {
			return
		}
		at = next
	}
}

// trim narrows data[from:to] by the space around it.
func trim(data []byte, from, to int) (int, int) {
	for from < to && isSpace(data[from]) {
		from++
	}
	for from < to && isSpace(data[to-1]) {
		to--
	}
	return from, to
}

func eachValue(c extract.Chunk, yield func(Record) bool) {
	data, line := c.Data, c.Line
	for at := 0; at < len(data); {
		if isSpace(data[at]) {
			if data[at] == '\n' {
				line++
			}
			at++
			continue
		}
		var m matcher
		end, state := m.feed(data, at)
		if state != matched { // cannot be: the stream matched it
			end = len(data)
		}
		if !yield(Record{Data: data[at:end:end], Line: line, Offset: c.Offset + int64(at)}) {
			return
		}
		line += int64(bytes.Count(data[at:end], newline))
		at = end
	}
}
