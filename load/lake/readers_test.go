package lake_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"waymark/internal/testenv"
	"waymark/load/clickhouse"
	"waymark/load/engine/enginetest"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
	"waymark/schemas"
)

// manyShapes are batches that between them have every encoding: long row groups, loose rows of many partitions, both
// in one file, no rows.
func manyShapes(t *schemas.Table) []*schemas.Batch {
	var out []*schemas.Batch
	for i, s := range []laketest.Shape{{Rows: 4000, Partitions: 2}, {Rows: 300, Partitions: 9}, {Rows: 0, Partitions: 1}, {Rows: 2500, Partitions: 1}} {
		s.Seed = uint64(i + 1)
		out = append(out, laketest.Batch(t, s))
	}
	return out
}

// DuckDB sees exactly the rows and types that were written, in every table.
func TestDuckDBReadsEveryTable(t *testing.T) {
	duck := startDuckDB(t)
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			batches := manyShapes(table)
			pattern := saveFiles(t, batches)
			for i, row := range duck.query(t, "DESCRIBE SELECT * FROM read_parquet('"+pattern+"')") {
				if c := table.Columns[i]; row[0] != c.Name || row[1] != duckType(c.Type) {
					t.Errorf("column %s of type %s is there as %s of type %s", c.Name, duckType(c.Type), row[0], row[1])
				}
			}
			var columns []string
			for _, c := range table.Columns {
				columns = append(columns, duckText(c))
			}
			rows := duck.query(t, "SELECT "+strings.Join(columns, ", ")+" FROM read_parquet('"+pattern+"')")
			sameRows(t, table, rows, batches)
		})
	}
}

// DuckDB skips row groups and pages by their statistics and dictionaries: for each column it must still find exactly
// the rows that have a value.
func TestDuckDBFindsEveryValue(t *testing.T) {
	duck := startDuckDB(t)
	duck.query(t, "SET TimeZone = 'UTC'")
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			batches := manyShapes(table)
			pattern := saveFiles(t, batches)
			var counts []string
			var want []string
			for col, c := range table.Columns {
				if c.Type == schemas.Map || c.Type == schemas.Float32 {
					continue
				}
				for _, row := range []int{5, 77, 130} {
					value := laketest.Cell(batches[1], col, row)
					if value == laketest.Null {
						continue
					}
					counts = append(counts, "(SELECT count(*) FROM read_parquet('"+pattern+"') WHERE \""+c.Name+"\" = "+duckLiteral(c.Type, value)+")::VARCHAR")
					want = append(want, strconv.Itoa(countCells(batches, col, value)))
				}
			}
			if got := duck.query(t, "SELECT "+strings.Join(counts, ", "))[0]; !slices.Equal(got, want) {
				t.Errorf("DuckDB counts %v, want %v", got, want)
			}
		})
	}
}

func countCells(batches []*schemas.Batch, col int, value string) int {
	n := 0
	for _, b := range batches {
		for row := range b.Rows {
			if laketest.Cell(b, col, row) == value {
				n++
			}
		}
	}
	return n
}

func duckLiteral(t schemas.Type, value string) string {
	switch t {
	case schemas.Timestamp:
		return "make_timestamptz(" + value + ")"
	case schemas.Date:
		return "DATE '1970-01-01' + " + value
	case schemas.Decimal:
		return "(" + value + "::DECIMAL(38,0) * 0.0001)::DECIMAL(18,4)"
	case schemas.Bool:
		return value + "::BOOLEAN"
	case schemas.Int32, schemas.Int64, schemas.UInt64:
		return "'" + value + "'::" + duckType(t)
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'::" + duckType(t)
}

// saveFiles writes batches into a directory and returns a pattern that matches them.
func saveFiles(t *testing.T, batches []*schemas.Batch) string {
	t.Helper()
	var store laketest.Memory
	dir := t.TempDir()
	for i, out := range write(t, &store, batches...) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.parquet", i)), store.Bytes(out.Key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "*.parquet")
}

func sameRows(t *testing.T, table *schemas.Table, rows [][]string, batches []*schemas.Batch) {
	t.Helper()
	got := make([]string, len(rows))
	for i, cells := range rows {
		text, err := laketest.Parse(table, cells)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = text
	}
	slices.Sort(got)
	want := laketest.Sorted(batches...)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("a row is\n%s\nwant\n%s", got[i], want[i])
		}
	}
}

func duckType(t schemas.Type) string {
	switch t {
	case schemas.UUID:
		return "UUID"
	case schemas.Timestamp:
		return "TIMESTAMP WITH TIME ZONE"
	case schemas.Date:
		return "DATE"
	case schemas.Int32:
		return "INTEGER"
	case schemas.Int64:
		return "BIGINT"
	case schemas.UInt64:
		return "UBIGINT"
	case schemas.Bool:
		return "BOOLEAN"
	case schemas.Decimal:
		return "DECIMAL(18,4)"
	case schemas.Float32:
		return "FLOAT"
	case schemas.Map:
		return "MAP(VARCHAR, VARCHAR)"
	}
	return "VARCHAR"
}

// duckText is the expression that gives a column as laketest.Parse wants it.
func duckText(c schemas.Column) string {
	name := `"` + c.Name + `"`
	text := name + "::VARCHAR"
	switch c.Type {
	case schemas.Timestamp:
		text = "epoch_us(" + name + ")::VARCHAR"
	case schemas.Date:
		text = "(" + name + " - DATE '1970-01-01')::VARCHAR"
	case schemas.Bool:
		text = name + "::INTEGER::VARCHAR"
	case schemas.Map:
		text = "to_json([map_keys(" + name + "), map_values(" + name + ")])::VARCHAR"
	}
	if c.Nullable {
		return "coalesce(" + text + ", '" + laketest.Null + "')"
	}
	return text
}

type duckDB struct {
	in  io.Writer
	out *bufio.Reader
}

func startDuckDB(t *testing.T) *duckDB {
	t.Helper()
	cmd := exec.Command("node", filepath.Join("testdata", "duckdb.mjs"), testenv.NodeModules(t))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("DuckDB: %v", err)
		}
	})
	return &duckDB{in, bufio.NewReader(out)}
}

func (d *duckDB) query(t *testing.T, sql string) [][]string {
	t.Helper()
	if err := json.NewEncoder(d.in).Encode(struct {
		SQL string `json:"sql"`
	}{sql}); err != nil {
		t.Fatal(err)
	}
	line, err := d.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("DuckDB: %v", err)
	}
	var rows [][]string
	if err := json.Unmarshal(line, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// The ClickHouse engine, loaded the way the product loads it, holds exactly the rows that were written, in every table.
func TestClickHouseReadsEveryTable(t *testing.T) {
	process := enginetest.Start(t)
	w, err := clickhouse.Open(t.Context(), clickhouse.Options{Address: process.Address(), Secret: process.Secret(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.Migrate(t.Context(), schemas.Tables()); err != nil {
		t.Fatal(err)
	}
	for _, table := range schemas.Tables() {
		t.Run(table.Name, func(t *testing.T) {
			batches := manyShapes(table)
			var store laketest.Memory
			outputs := write(t, &store, batches...)
			staging, err := w.NewStaging(t.Context(), table, "readers")
			if err != nil {
				t.Fatal(err)
			}
			l := lake.Open(&store)
			for _, files := range [][][]lake.Output{oneByOne(outputs), {outputs}} { // each by itself, and all as one file
				if err := staging.Truncate(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, together := range files {
					err := staging.Load(t.Context(), table.Name, func(ctx context.Context) (io.ReadCloser, error) { return l.OpenFiles(ctx, together) })
					if err != nil {
						t.Fatal(err)
					}
				}
				sameRows(t, table, selectAll(t, w, table, staging.Table()), batches)
				sameStates(t, staging, outputs)
			}
		})
	}
}

func oneByOne(outputs []lake.Output) (out [][]lake.Output) {
	for _, o := range outputs {
		out = append(out, []lake.Output{o})
	}
	return out
}

func selectAll(t *testing.T, w *clickhouse.Warehouse, table *schemas.Table, from clickhouse.Table) [][]string {
	t.Helper()
	var columns []string
	for _, c := range table.Columns {
		columns = append(columns, clickHouseText(c))
	}
	rows, err := w.Query(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+from.SQL(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, slices.Clone(cells))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// clickHouseText is the expression that gives a column as laketest.Parse wants it.
func clickHouseText(c schemas.Column) string {
	name := "`" + c.Name + "`"
	text := "toString(" + name + ")"
	switch c.Type {
	case schemas.Timestamp:
		text = "toString(toUnixTimestamp64Micro(" + name + "))"
	case schemas.Date:
		text = "toString(toInt32(" + name + "))"
	case schemas.Bool:
		text = "toString(toUInt8(" + name + "))"
	case schemas.Map:
		text = "toJSONString([mapKeys(" + name + ")::Array(String), mapValues(" + name + ")])"
	}
	if c.Nullable {
		return "ifNull(" + text + ", '" + laketest.Null + "')"
	}
	return text
}

// sameStates holds rows and hash sums per partition, as the warehouse counts them, against the outputs.
func sameStates(t *testing.T, staging *clickhouse.Staging, outputs []lake.Output) {
	t.Helper()
	states, err := staging.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(states) != len(outputs) {
		t.Errorf("%d partitions, want %d", len(states), len(outputs))
	}
	for _, out := range outputs {
		if s := states[out.Partition]; uint64(s.Rows) != uint64(out.Rows) || s.HashSum != out.HashSum {
			t.Errorf("partition %s has %d rows with sum %d, want %d with %d", out.Partition, s.Rows, s.HashSum, out.Rows, out.HashSum)
		}
	}
}
