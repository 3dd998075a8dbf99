package engine

import "encoding/binary"

// helloQuery is what clickhouse-go asks first over HTTP.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

// helloBlock answers helloQuery with protocol revision 0 in one block encoded at revision 54460, the one clickhouse-go
// assumes until it knows better. From then on it reads blocks of revision 0, which is what the engine's streaming
// interface emits: results pass through untouched, without re-encoding.
func helloBlock(version string) []byte {
	b := []byte{1, 0, 2} // block info: not overflowed, bucket
	b = binary.LittleEndian.AppendUint32(b, 0xffffffff)
	b = append(b, 0, 4, 1) // end of info, 4 columns, 1 row
	text := func(name, value string) {
		b = appendString(b, name)
		b = appendString(b, "String")
		b = append(b, 0) // no custom serialisation
		b = appendString(b, value)
	}
	text("displayName()", "waymark")
	text("version()", version)
	b = appendString(b, "revision()")
	b = appendString(b, "UInt32")
	b = append(b, 0, 0, 0, 0, 0)
	text("timezone()", "UTC")
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
