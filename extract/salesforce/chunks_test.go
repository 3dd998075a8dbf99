package salesforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
)

// Where chunks are cut makes no difference to the rows.
func TestRowsDoNotDependOnChunks(t *testing.T) {
	data := contacts(100_000)
	want, err := exporttest.Read(t, export(t, "Contact"), data, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := exporttest.Read(t, export(t, "Contact"), data, extract.Options{ChunkBytes: 3000})
	if err != nil || got.Chunks < 30 || got.Records != want.Records {
		t.Fatalf("%d chunks, %d records of %d: %v", got.Chunks, got.Records, want.Records, err)
	}
	if d := cmp.Diff(want.Tables, got.Tables); d != "" {
		t.Error(d)
	}
}
