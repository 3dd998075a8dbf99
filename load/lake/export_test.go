package lake

import "waymark/schemas"

// EncodeUncompressed encodes b, all of one partition, as a row group whose text column col is not compressed, which
// the encoder itself never does.
func EncodeUncompressed(b *schemas.Batch, col int) RowGroup {
	e := NewEncoder()
	rows := e.sorter.sort(b)
	g := describe(b, rows, b.Part[0])
	for i := range b.Table.Columns {
		if i != col {
			g.columns = e.column(g.columns, b, i, rows)
			continue
		}
		c := chunk{values: int64(len(rows))}
		e.pages.reset()
		e.text.number(&b.Cols[i].Dict, b.Cols[i].Codes)
		e.textPages(&b.Cols[i].Dict, nil)
		e.out = e.pages.flush(e.out, &c, false)
		g.columns = append(g.columns, c)
	}
	g.data = e.out
	return g
}
