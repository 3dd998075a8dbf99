package lake_test

import (
	"bytes"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// parquet-go v0.32.0 reads every chunk of a column with the codec of the first row group, although the format lets each
// chunk have its own. That is why the encoder decides on compression by column and not by content. When an upgrade
// makes this test fail the encoder may become smarter.
func TestParquetGoTakesTheCodecOfTheFirstRowGroup(t *testing.T) {
	b := largeBatch(2000)
	compressed, err := lake.NewEncoder().Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	plain := lake.EncodeUncompressed(b, schemas.TiTicketID)
	for name, c := range map[string]struct {
		groups []lake.RowGroup
		reads  bool
	}{
		"both plain":            {[]lake.RowGroup{plain, plain}, true},
		"plain, then with zstd": {append([]lake.RowGroup{plain}, compressed...), false},
	} {
		spool := lake.NewSpool("", 1<<30)
		if err := spool.Add(c.groups); err != nil {
			t.Fatal(err)
		}
		var store laketest.Memory
		outputs, err := spool.Finish(t.Context(), &store)
		if err != nil {
			t.Fatal(err)
		}
		if err := readAll(t.Context(), store.Bytes(outputs[0].Key), b.Table); (err == nil) != c.reads {
			t.Errorf("%s: reading gives %v", name, err)
		}
	}
}

func TestOneCodecPerColumn(t *testing.T) {
	for _, table := range schemas.Tables() {
		var store laketest.Memory
		codecs := map[int]format.CompressionCodec{}
		for _, out := range write(t, &store, manyShapes(table)...) {
			data := store.Bytes(out.Key)
			f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			for _, group := range f.Metadata().RowGroups {
				for i := range group.Columns {
					meta := &group.Columns[i].MetaData
					if codec, ok := codecs[i]; ok && codec != meta.Codec {
						t.Errorf("%s: column %v is %v here and %v there", table.Name, meta.PathInSchema, meta.Codec, codec)
					}
					codecs[i] = meta.Codec
				}
			}
		}
	}
}
