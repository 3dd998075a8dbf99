package ga4

import (
	"bytes"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"waymark/extract"
)

// A column that Google does not document is news in both formats; one that nothing reads is not.
func TestNewColumns(t *testing.T) {
	read := func(in extract.Input) []string {
		t.Helper()
		s, err := Events().Open(t.Context(), in, extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d, sink := s.NewDecoder(), newCountSink()
		for {
			c, err := s.Next(t.Context())
			if err != nil {
				break
			}
			if err := d.Decode(t.Context(), c, sink); err != nil {
				t.Fatal(err)
			}
		}
		if sink.rows != 1 {
			t.Fatalf("%d rows", sink.rows)
		}
		return s.News().Columns
	}
	text := `{"event_name":"scroll","event_timestamp":"1700000000000000","event_params":[],"stream_id":"1","consent":{"a":1}}` + "\n" +
		`{"event_name":"scroll","event_timestamp":"x","event_params":[],"only_in_a_broken_record":1}` + "\n"
	if got := read(textInput([]byte(text))); !slices.Equal(got, []string{"consent"}) {
		t.Errorf("JSON: %q", got)
	}
	type event struct {
		Name    string      `parquet:"event_name"`
		Time    int64       `parquet:"event_timestamp"`
		Params  []fileParam `parquet:"event_params,list"`
		Stream  string      `parquet:"stream_id"`
		Consent string      `parquet:"consent"`
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[event](&file)
	if _, err := w.Write([]event{{Name: "scroll", Time: 1_700_000_000_000_000}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(textInput(file.Bytes())); !slices.Equal(got, []string{"consent"}) {
		t.Errorf("Parquet: %q", got)
	}
}
