package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

func TestLoadBatchWritesWhatParquetWould(t *testing.T) {
	w, ctx := open(t), t.Context()
	b := schemas.NewBatch(schemas.JourneyEvent)
	rows := 3
	b.Rows = rows
	for i := range b.Table.Columns {
		v, c := &b.Cols[i], b.Table.Columns[i]
		for r := range rows {
			switch c.Type {
			case schemas.UUID:
				v.Fixed = append(v.Fixed, [16]byte{0x61, 0xf0, 0xc4, 4, 0x5c, 0xb3, 0x11, 0xe7, 0x90, 0x7b, 15: byte(r)})
			case schemas.String, schemas.LowCardinality:
				v.Codes = append(v.Codes, v.Dict.Code([]byte([]string{"", "zażółć", "x"}[r])))
			case schemas.Float32:
				v.Float = append(v.Float, float32(r)+0.5)
			case schemas.Map:
				for n := range r {
					v.Keys = append(v.Keys, v.Dict.Code([]byte{'k', byte('0' + n)}))
					v.Codes = append(v.Codes, v.Dict.Code([]byte("value")))
				}
				v.Offsets = append(v.Offsets, uint32(len(v.Keys)))
			case schemas.Timestamp:
				v.Int = append(v.Int, 1706696430123456+int64(r))
			case schemas.Date:
				v.Int = append(v.Int, 19753)
			case schemas.Bool:
				v.Int = append(v.Int, int64(r&1))
			case schemas.Decimal:
				v.Int = append(v.Int, -123456)
			default:
				v.Int = append(v.Int, int64(r)-1)
			}
			if c.Nullable {
				v.Valid = append(v.Valid, r != 1)
			}
		}
	}
	s := newStaging(t, w, schemas.JourneyEvent, "b1")
	must(t, s.LoadBatch(ctx, b))
	got := texts(t, w, "SELECT concatWithSeparator('|', toString(event_id), toString(occurred_at), toString(event_date), system, order_id, toString(amount), "+
		"toString(score), toString(is_public), toString(attributes), toString(quantity), toString(row_hash)) FROM "+s.table.SQL()+" ORDER BY occurred_at")
	want := []string{
		"61f0c404-5cb3-11e7-907b-000000000000|2024-01-31 10:20:30.123456|2024-01-31|||-12.3456|0.5|false|{}|-1|18446744073709551615",
		"",
		"61f0c404-5cb3-11e7-907b-000000000002|2024-01-31 10:20:30.123458|2024-01-31|x|x|-12.3456|2.5|false|{'k0':'value','k1':'value'}|1|1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	nulls := texts(t, w, "SELECT concat(toString(isNull(amount)), toString(isNull(score)), system) FROM "+s.table.SQL()+" ORDER BY occurred_at")
	if diff := cmp.Diff([]string{"00", "11zażółć", "00x"}, nulls); diff != "" {
		t.Error(diff)
	}
	if err := s.LoadBatch(ctx, schemas.NewBatch(schemas.Agent)); !fault.Is(err, fault.Internal) {
		t.Errorf("rows of another table: %v", err)
	}
}
