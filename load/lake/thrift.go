package lake

import "encoding/binary"

// The field types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thrift appends a value in Thrift's compact protocol, which Parquet's page headers and footer are written in.
// parquet-go has a writer of it by reflection; page headers are written by the hundred per row group.
// Fields of a struct must be written in ascending order of their number.
type thrift struct {
	buf   []byte
	last  int16   // number of the field written last in the open struct
	outer []int16 // the same of the structs around it
}

func (w *thrift) field(id int16, typ byte) {
	if delta := id - w.last; delta > 0 && delta <= 15 {
		w.buf = append(w.buf, byte(delta)<<4|typ)
	} else {
		w.buf = append(w.buf, typ)
		w.buf = binary.AppendVarint(w.buf, int64(id))
	}
	w.last = id
}

func (w *thrift) i8(id int16, v int8)   { w.field(id, thriftByte); w.buf = append(w.buf, byte(v)) }
func (w *thrift) i32(id int16, v int32) { w.field(id, thriftI32); w.zigzag(int64(v)) }
func (w *thrift) i64(id int16, v int64) { w.field(id, thriftI64); w.zigzag(v) }

func (w *thrift) bool(id int16, v bool) {
	if v {
		w.field(id, thriftTrue)
	} else {
		w.field(id, thriftFalse)
	}
}

func (w *thrift) bytes(id int16, v []byte)  { w.field(id, thriftBinary); w.rawBytes(v) }
func (w *thrift) string(id int16, v string) { w.field(id, thriftBinary); w.rawString(v) }
func (w *thrift) begin(id int16)            { w.field(id, thriftStruct); w.open() }
func (w *thrift) empty(id int16)            { w.begin(id); w.end() }
func (w *thrift) list(id int16, typ byte, n int) {
	w.field(id, thriftList)
	if n < 15 {
		w.buf = append(w.buf, byte(n)<<4|typ)
		return
	}
	w.buf = append(w.buf, 0xF0|typ)
	w.buf = binary.AppendUvarint(w.buf, uint64(n))
}

// open begins a struct that has no field header: an element of a list, or the outermost.
func (w *thrift) open() { w.outer, w.last = append(w.outer, w.last), 0 }

// end closes the innermost open struct.
func (w *thrift) end() {
	w.buf = append(w.buf, 0)
	w.last, w.outer = w.outer[len(w.outer)-1], w.outer[:len(w.outer)-1]
}

func (w *thrift) zigzag(v int64) { w.buf = binary.AppendVarint(w.buf, v) }

func (w *thrift) rawBytes(v []byte) {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(v)))
	w.buf = append(w.buf, v...)
}

func (w *thrift) rawString(v string) {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(v)))
	w.buf = append(w.buf, v...)
}
