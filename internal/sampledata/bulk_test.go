package sampledata

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"io"
	"testing"
)

// bulkFiles makes a small bulk export in memory.
func bulkFiles(t *testing.T, kind Bulk, seed uint64) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := GenerateBulk(t.Context(), kind, BulkOptions{Seed: seed, Size: 0.002}, func(_ context.Context, name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		files[name] = b.Bytes()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestBulkSameSeedSameBytes(t *testing.T) {
	sum := func(files map[string][]byte) map[string][32]byte {
		sums := map[string][32]byte{}
		for name, b := range files {
			sums[name] = sha256.Sum256(b)
		}
		return sums
	}
	for _, kind := range Bulks() {
		one, same, other := sum(bulkFiles(t, kind, 1)), sum(bulkFiles(t, kind, 1)), sum(bulkFiles(t, kind, 2))
		for name, s := range one {
			if same[name] != s {
				t.Errorf("%s: the same seed made other bytes", name)
			}
			if other[name] == s {
				t.Errorf("%s: another seed made the same bytes", name)
			}
		}
	}
}

// Every line is a whole record, ids are unique, and there are about as many as size 1 promises.
func TestBulkRecords(t *testing.T) {
	const about = 2000
	for _, kind := range []Bulk{BulkWebEvents, BulkTicketAudits} {
		records, ids, size := 0, map[float64]bool{}, 0
		for name, b := range bulkFiles(t, kind, 1) {
			size += len(b)
			for line := range bytes.Lines(b) {
				var record map[string]any
				if err := json.Unmarshal(line, &record); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				records++
				if id, ok := record["id"].(float64); ok {
					if ids[id] {
						t.Errorf("%s: audit %g comes twice", name, id)
					}
					ids[id] = true
				}
			}
		}
		t.Logf("%s: %d records of %d bytes", kind, records, size/max(records, 1))
		if records < about*8/10 || records > about*12/10 {
			t.Errorf("%s: %d records, want about %d", kind, records, about)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(bulkFiles(t, BulkContacts, 1)["salesforce/Contact.csv"], []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != about+1 || len(rows[0]) != 40 {
		t.Errorf("%d contacts with %d columns, want %d with 40", len(rows)-1, len(rows[0]), about)
	}
}
