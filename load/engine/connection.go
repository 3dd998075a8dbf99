package engine

import (
	"fmt"
	"io"
	"sync/atomic"
	"unsafe"
)

// A connection is one engine session: its own settings, current database and parameters. Opening one costs 0.13 ms, so
// each request has its own. It is not safe for concurrent use; only kill (on another connection) reaches into it.
type connection struct {
	lib    *library
	handle unsafe.Pointer // chdb_connection *
}

// parameter is a server-side bound value of {name:Type}.
type parameter struct{ name, value string }

// stats are what the engine says about a finished statement.
type stats struct{ rowsRead, bytesRead, rowsWritten, bytesWritten uint64 }

// output takes a piece of a result and may keep nothing of it.
type output func(s stats, b []byte) error

// dial opens a connection. args are engine options ("--path=…"); server options count on the first connection only.
func dial(lib *library, args []string) (*connection, error) {
	var argv stringArrays
	defer argv.release()
	argv.add("clickhouse")
	for _, a := range args {
		argv.add(a)
	}
	handle := lib.connect(int32(len(argv.ptrs)), argv.pointers())
	if handle == nil {
		return nil, fmt.Errorf("the engine refused a connection")
	}
	return &connection{lib: lib, handle: handle}, nil
}

func (c *connection) close() {
	if c.handle != nil {
		c.lib.closeConn(c.handle)
		c.handle = nil
	}
}

// inner is the chdb_connection that statements take; connect returns a pointer to it.
func (c *connection) inner() unsafe.Pointer { return *(*unsafe.Pointer)(c.handle) }

type callWithParams func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer

func (c *connection) call(f callWithParams, query, format string, params []parameter) unsafe.Pointer {
	var text, names, values stringArrays
	defer text.release()
	defer names.release()
	defer values.release()
	text.add(query)
	text.add(format)
	for _, p := range params {
		names.add(p.name)
		values.add(p.value)
	}
	return f(c.inner(), unsafe.Pointer(text.ptrs[0]), text.lens[0], unsafe.Pointer(text.ptrs[1]), text.lens[1],
		names.pointers(), names.lengths(), values.pointers(), values.lengths(), uintptr(len(params)))
}

// result owns one materialised result or one streamed chunk.
type result struct {
	lib    *library
	handle unsafe.Pointer
}

func (r result) err() error {
	if r.handle == nil {
		return newException("the engine returned no result")
	}
	if p := r.lib.resultError(r.handle); p != nil {
		return newException(cString(p))
	}
	return nil
}

// bytes are valid until free.
func (r result) bytes() []byte {
	n := r.lib.resultLength(r.handle)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(r.lib.resultBuffer(r.handle)), n)
}

func (r result) stats() stats {
	return stats{r.lib.storageRowsRead(r.handle), r.lib.storageBytesRead(r.handle), r.lib.rowsWritten(r.handle), r.lib.bytesWritten(r.handle)}
}

func (r result) free() {
	if r.handle != nil {
		r.lib.resultDestroy(r.handle)
	}
}

// query runs a statement to its end and hands the whole result to yield.
func (c *connection) query(text, format string, params []parameter, yield output) (stats, error) {
	r := result{c.lib, c.call(c.lib.queryWithParams, text, format, params)}
	defer r.free()
	if err := r.err(); err != nil {
		return stats{}, err
	}
	s := r.stats()
	if b := r.bytes(); len(b) > 0 && yield != nil {
		return s, yield(s, b)
	}
	return s, nil
}

// exec runs a statement for its effect.
func (c *connection) exec(text string) error {
	_, err := c.query(text, "Null", nil, nil)
	return err
}

// stream runs a SELECT and hands its output to yield in chunks. Each chunk is formatted by itself, so only formats
// without header, footer and separators survive it (see streamable).
func (c *connection) stream(text, format string, params []parameter, yield output) (stats, error) {
	s := result{c.lib, c.call(c.lib.streamWithParams, text, format, params)}
	defer s.free()
	if err := s.err(); err != nil {
		return stats{}, err
	}
	var total stats
	for {
		n, err := c.fetch(s, &total, yield)
		if err != nil {
			c.lib.streamCancel(c.inner(), s.handle)
			return total, err
		}
		if n == 0 {
			return total, nil
		}
	}
}

func (c *connection) fetch(s result, total *stats, yield output) (int, error) {
	chunk := result{c.lib, c.lib.streamFetch(c.inner(), s.handle)}
	defer chunk.free()
	if err := chunk.err(); err != nil {
		return 0, err
	}
	b := chunk.bytes()
	if len(b) == 0 {
		return 0, nil
	}
	*total = chunk.stats()
	return len(b), yield(*total, b)
}

// insertChunk is how much of an insert's body goes to the engine at once.
const insertChunk = 256 << 10

// insert feeds body (in format) to the INSERT statement head. Anything but a clean end of body cancels: the engine is
// atomic per block only, so blocks already written stay. stop, when set by another goroutine, cancels at the next chunk.
func (c *connection) insert(head, format string, params []parameter, body io.Reader, stop *atomic.Bool) (stats, error) {
	s := c.call(c.lib.insertWithParams, head, format, params)
	defer c.lib.insertDestroy(s)
	if err := c.insertErr(s); err != nil {
		return stats{}, err
	}
	buf := make([]byte, insertChunk)
	for {
		n, ended, err := fill(body, buf)
		if err != nil {
			err = bodyError(err)
		}
		if stop.Load() {
			err = refuse(394, "QUERY_WAS_CANCELLED", "Query was cancelled")
		}
		if err != nil {
			c.lib.insertCancel(s)
			return stats{}, err
		}
		if n > 0 && c.lib.insertAppend(s, unsafe.Pointer(&buf[0]), uintptr(n)) != 0 {
			return stats{}, c.insertFailure(s)
		}
		if ended {
			break
		}
	}
	r := result{c.lib, c.lib.insertDone(s)}
	defer r.free()
	if err := r.err(); err != nil {
		return stats{}, err
	}
	return r.stats(), nil
}

// fill reads until buf is full or the body ends. Unlike io.ReadFull it never turns the clean end of a body into
// io.ErrUnexpectedEOF, which is what a truncated body reports itself.
func fill(body io.Reader, buf []byte) (n int, ended bool, err error) {
	for n < len(buf) {
		m, err := body.Read(buf[n:])
		n += m
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

func (c *connection) insertErr(s unsafe.Pointer) error {
	if p := c.lib.insertError(s); p != nil {
		return newException(cString(p))
	}
	return nil
}

func (c *connection) insertFailure(s unsafe.Pointer) error {
	if err := c.insertErr(s); err != nil {
		return err
	}
	return newException("the engine stopped reading the insert")
}

// analysis is what the engine's parser says of a text without running it.
type analysis struct {
	size, statements, flags, class uint32
}

const (
	classReadOnly = 0
	classUnknown  = 4 // does not parse
)

func (c *connection) classify(text string) analysis {
	out := analysis{size: uint32(unsafe.Sizeof(analysis{}))}
	var a stringArrays
	defer a.release()
	a.add(text)
	if c.lib.classify(c.inner(), unsafe.Pointer(a.ptrs[0]), a.lens[0], nil, 0, unsafe.Pointer(&out)) != 0 {
		return analysis{class: classUnknown}
	}
	return out
}
