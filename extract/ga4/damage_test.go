package ga4

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"waymark/extract"
)

// TestSpaceDoesNotMatter holds that the quick way through parameters and the general one read the same.
func TestSpaceDoesNotMatter(t *testing.T) {
	text := append(generate(300), oneLine(modern)+"\n"...)
	read := func(text []byte) []string {
		sink := newRowSink()
		if err := drain(t, textInput(text), extract.Options{}, sink); err != nil || len(sink.rejects) > 0 {
			t.Fatalf("%v, %+v", err, sink.rejects)
		}
		return sink.text
	}
	var indented bytes.Buffer
	for line := range bytes.Lines(text) {
		if err := json.Indent(&indented, line, "", " "); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(text); len(want) != 301 || !slices.Equal(want, read(indented.Bytes())) {
		t.Error("pretty-printed events give other rows")
	}
}

// TestDamagedRecords changes bytes at random: every record comes out as a row or as a reject, and nothing panics.
func TestDamagedRecords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 8))
	text := append(generate(50), oneLine(modern)+"\n"...)
	rows, rejects := 0, 0
	for range 100 {
		bad := bytes.Clone(text)
		for range 60 {
			bad[rnd.IntN(len(bad))] = `{}[]",:\u0tfn-.eE 1`[rnd.IntN(19)]
		}
		sink := newRowSink()
		if err := drain(t, textInput(bad), extract.Options{ChunkBytes: 10_000, Fields: map[string]string{"user_properties.tier": "score"}}, sink); err != nil {
			t.Fatal(err)
		}
		if int64(len(sink.text)+len(sink.rejects)) != sink.records {
			t.Fatalf("%d rows and %d rejects of %d records", len(sink.text), len(sink.rejects), sink.records)
		}
		rows += len(sink.text)
		rejects += len(sink.rejects)
	}
	if rows == 0 || rejects == 0 {
		t.Errorf("%d rows, %d rejects", rows, rejects)
	}
}
