package engine

import (
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"waymark/internal/fault"
)

// library is libchdb's C API (v4), bound without cgo. Every handle is an unsafe.Pointer into memory the library owns;
// signatures are those of chdb.h 26.7. A process can hold one library and one storage path.
type library struct {
	setSignalHandlersEnabled func(enabled int32)
	connect                  func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn                func(conn unsafe.Pointer)
	shutdown                 func() int32
	version                  func() unsafe.Pointer

	queryWithParams  func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamWithParams func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	insertWithParams func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer

	streamFetch   func(conn, result unsafe.Pointer) unsafe.Pointer
	streamCancel  func(conn, result unsafe.Pointer)
	insertAppend  func(stream, data unsafe.Pointer, n uintptr) int32
	insertDone    func(stream unsafe.Pointer) unsafe.Pointer
	insertCancel  func(stream unsafe.Pointer)
	insertError   func(stream unsafe.Pointer) unsafe.Pointer
	insertDestroy func(stream unsafe.Pointer)

	resultDestroy    func(result unsafe.Pointer)
	resultBuffer     func(result unsafe.Pointer) unsafe.Pointer
	resultLength     func(result unsafe.Pointer) uintptr
	resultError      func(result unsafe.Pointer) unsafe.Pointer
	storageRowsRead  func(result unsafe.Pointer) uint64
	storageBytesRead func(result unsafe.Pointer) uint64
	rowsWritten      func(result unsafe.Pointer) uint64
	bytesWritten     func(result unsafe.Pointer) uint64

	classify func(conn, query unsafe.Pointer, queryLen uintptr, database unsafe.Pointer, databaseLen uintptr, out unsafe.Pointer) int32
}

// openLibrary loads path (1–2 s from a cold disk) and binds every symbol; a missing symbol means another version.
func openLibrary(path string) (lib *library, err error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		e := fault.New(fault.NotFound, "load the engine library: %w", err)
		e.Object, e.Hint = path, "run: waymark engine install"
		return nil, e
	}
	lib = &library{}
	for _, b := range lib.symbols() {
		symbol, err := purego.Dlsym(handle, b.name)
		if err != nil {
			e := fault.New(fault.Invalid, "bind the engine library, wanted version %s: %w", Version, err)
			e.Object, e.Hint = path, "run: waymark engine install"
			return nil, e
		}
		purego.RegisterFunc(b.fn, symbol)
	}
	return lib, nil
}

type binding struct {
	name string
	fn   any
}

func (l *library) symbols() []binding {
	return []binding{
		{"chdb_set_signal_handlers_enabled", &l.setSignalHandlersEnabled},
		{"chdb_connect", &l.connect},
		{"chdb_close_conn", &l.closeConn},
		{"chdb_shutdown", &l.shutdown},
		{"chdb_version", &l.version},
		{"chdb_query_with_params_n", &l.queryWithParams},
		{"chdb_stream_query_with_params_n", &l.streamWithParams},
		{"chdb_stream_insert_with_params_n", &l.insertWithParams},
		{"chdb_stream_fetch_result", &l.streamFetch},
		{"chdb_stream_cancel_query", &l.streamCancel},
		{"chdb_stream_append", &l.insertAppend},
		{"chdb_stream_done", &l.insertDone},
		{"chdb_stream_cancel_insert", &l.insertCancel},
		{"chdb_stream_insert_error", &l.insertError},
		{"chdb_destroy_insert_stream", &l.insertDestroy},
		{"chdb_destroy_query_result", &l.resultDestroy},
		{"chdb_result_buffer", &l.resultBuffer},
		{"chdb_result_length", &l.resultLength},
		{"chdb_result_error", &l.resultError},
		{"chdb_result_storage_rows_read", &l.storageRowsRead},
		{"chdb_result_storage_bytes_read", &l.storageBytesRead},
		{"chdb_result_rows_written", &l.rowsWritten},
		{"chdb_result_bytes_written", &l.bytesWritten},
		{"chdb_classify_query_n", &l.classify},
	}
}

// setUTC sets TZ for the C library, which is where the engine reads its time zone; os.Setenv does not reach it without cgo.
func setUTC() {
	if setenv, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv"); err == nil {
		name, value := []byte("TZ\x00"), []byte("UTC\x00")
		purego.SyscallN(setenv, uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&value[0])), 1)
		runtime.KeepAlive(name)
		runtime.KeepAlive(value)
	}
}

// cString copies a C string; "" for NULL.
func cString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

// stringArrays lays strings out as C wants them (pointers and lengths) and pins them until release.
type stringArrays struct {
	pins runtime.Pinner
	ptrs []*byte
	lens []uintptr
}

// add appends s; an empty string still gets a valid pointer.
func (a *stringArrays) add(s string) {
	b := append([]byte(s), 0)
	a.pins.Pin(&b[0])
	a.ptrs = append(a.ptrs, &b[0])
	a.lens = append(a.lens, uintptr(len(s)))
}

func (a *stringArrays) pointers() unsafe.Pointer {
	if len(a.ptrs) == 0 {
		return nil
	}
	a.pins.Pin(&a.ptrs[0])
	return unsafe.Pointer(&a.ptrs[0])
}

func (a *stringArrays) lengths() unsafe.Pointer {
	if len(a.lens) == 0 {
		return nil
	}
	a.pins.Pin(&a.lens[0])
	return unsafe.Pointer(&a.lens[0])
}

func (a *stringArrays) release() { a.pins.Unpin() }
