package ga4

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"waymark/extract"
	"waymark/extract/jsonscan"
)

// TestMemoryChangesNothing decodes records in one chunk, where each sees what is remembered of the one before, and one by
// one, where nothing is.
func TestMemoryChangesNothing(t *testing.T) {
	lines := bytes.SplitAfter(generate(300), []byte("\n"))
	lines = append(lines,
		[]byte(oneLine(modern)+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"1","device":{"category":"a\u0062","web_info":{"browser":"B"}},"geo":null}`+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"2","device":{"category":"a\u0062","web_info":{"browser":"B"}},"geo":{"city":"Łódź"}}`+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"3","geo":{"city":"Łódź"},"event_params":[{"key":"a","value":{"int_value":"1"}},{"key":"page_location","value":{}}]}`+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"4","geo":{"city":"Łódź"},"event_params":[{"key":"a","value":{"int_value":"1"}},{"key":"page_location","value":{}}}`+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"5","device":{"category":"c"},"device":{"category":"d","language":"pl"},"items":[1,2]}`+"\n"),
		[]byte(`{"event_name":"x","event_timestamp":"6","device":{"category":"d","language":"pl"},"items":[1,2]x}`+"\n"),
	)
	lines = append(lines, lines...)
	d := &jsonDecoder{news: jsonscan.NewDrift().Watch()}
	decode := func(c extract.Chunk) []string {
		sink := newRowSink()
		if err := d.Decode(context.Background(), c, sink); err != nil {
			t.Fatal(err)
		}
		for _, r := range sink.rejects {
			sink.text = append(sink.text, string(r.Reason)+r.Message)
		}
		return sink.text
	}
	var single []string
	for _, line := range lines {
		single = append(single, decode(extract.Chunk{Data: bytes.Clone(line), Line: 1})...)
	}
	together := decode(extract.Chunk{Data: bytes.Join(lines, nil), Line: 1})
	slices.Sort(single) // rejects come behind the rows
	slices.Sort(together)
	if !slices.Equal(single, together) {
		for i := range min(len(single), len(together)) {
			if single[i] != together[i] {
				t.Fatalf("alone\n%s\ntogether\n%s", single[i], together[i])
			}
		}
		t.Fatalf("%d alone, %d together", len(single), len(together))
	}
}
