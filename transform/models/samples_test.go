package models_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/extract"
	"waymark/extract/zendesk"
	"waymark/internal/testenv"
	"waymark/schemas"
	"waymark/transform"
	"waymark/transform/models"
)

// testRealTickets holds fct_ticket to the oracle on the real Zendesk sample, ticket by ticket and column by column.
func testRealTickets(t *testing.T, w *warehouse, list []models.Model) {
	dir := filepath.Join(testenv.Samples(t), "zendesk")
	rows := map[string][]map[string]any{}
	for export, file := range map[string]string{"tickets": "tickets.ndjson", "ticket_audits": "ticket_audits.ndjson", "users": "users.ndjson",
		"satisfaction_ratings": "satisfaction_ratings.ndjson", "schedules": "schedule.json"} {
		for _, b := range decode(t, export, filepath.Join(dir, file)) {
			rows[b.Table.Name] = append(rows[b.Table.Name], rowsOf(t, b)...)
		}
	}
	w.load(rows)
	params := models.Defaults()
	params["timezone"] = "Europe/London"
	w.build(list, map[string]bool{"fct_ticket": true, "fct_survey_response": true, "kpi_daily": true, "kpi_period": true}, params)
	tickets := oracle(t, dir)
	if len(tickets) != 40 {
		t.Fatalf("the sample has %d tickets, want 40", len(tickets))
	}
	check(t, w, want{name: "fct_ticket", table: "fct_ticket", columns: quoted(oracleColumns), rows: tickets})
	check(t, w, want{name: "ratings", table: "fct_survey_response", columns: []string{"countIf(score = 5)", "countIf(score = 1)"},
		rows: [][]string{{"7", "4"}}})
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return out
}

// decode reads one file of Zendesk through extract and transform.
func decode(t *testing.T, export, path string) []*schemas.Batch {
	t.Helper()
	var e extract.Export
	for _, x := range zendesk.Exports() {
		if x.Name == export {
			e = x
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.Open(t.Context(), extract.Input{Name: path, Size: int64(len(text)), Modified: 1, Open: func(context.Context) (io.ReadCloser, error) {
		return os.Open(path)
	}}, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	f := transform.New(transform.Settings{Source: "s", System: "zendesk", Export: export, Object: path, Key: []byte(strings.Repeat("k", 32))})
	d := stream.NewDecoder()
	for {
		chunk, err := stream.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return f.Batches()
		}
		if err == nil {
			err = d.Decode(t.Context(), chunk, f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// rowsOf spells a batch as JSON rows.
func rowsOf(t *testing.T, b *schemas.Batch) []map[string]any {
	t.Helper()
	out := make([]map[string]any, b.Rows)
	for i := range out {
		row := map[string]any{}
		for c, column := range b.Table.Columns {
			if v := valueOf(t, &b.Cols[c], column, i); v != nil {
				row[column.Name] = v
			}
		}
		out[i] = row
	}
	return out
}

func valueOf(t *testing.T, v *schemas.Vector, c schemas.Column, i int) any {
	t.Helper()
	if c.Nullable && !v.Valid[i] {
		return nil
	}
	switch c.Type {
	case schemas.UUID:
		return uuidText(v.Fixed[i])
	case schemas.String, schemas.LowCardinality:
		return string(v.Dict.Value(v.Codes[i]))
	case schemas.Float32:
		return v.Float[i]
	case schemas.UInt64:
		return uint64(v.Int[i])
	case schemas.Bool:
		return v.Int[i] != 0
	case schemas.Timestamp:
		return moment(v.Int[i])
	case schemas.Int32, schemas.Int64:
		return v.Int[i]
	case schemas.Date:
		return time.UnixMicro(v.Int[i] * 86_400_000_000).UTC().Format(time.DateOnly)
	case schemas.Map:
		return nil
	}
	t.Fatalf("column %s: no value of type %d expected", c.Name, c.Type)
	return nil
}

func uuidText(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// moment spells µs since 1970 as ClickHouse reads them.
func moment(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02 15:04:05.000000") }
