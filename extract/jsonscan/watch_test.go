package jsonscan

import (
	"fmt"
	"slices"
	"testing"
)

// A field counts when its record was usable, once, whoever of the decoders met it; so does a value.
func TestWatch(t *testing.T) {
	d := NewDrift("id", "subject")
	a, b := d.Watch(), d.Watch()
	for range 3 {
		for _, w := range []*Watch{a, b} {
			w.Field([]byte("subject"))
			w.Field([]byte("mood"))
			w.Field([]byte(""))
			w.Keep()
			w.Value("status", []byte("parked"))
		}
	}
	a.Field([]byte("gibberish"))
	a.Forget()
	a.Keep()
	news := d.News()
	if !slices.Equal(news.Columns, []string{"", "mood"}) || !slices.Equal(news.Values, []string{"status=parked"}) {
		t.Errorf("news %q", news)
	}
	if n := NewDrift().News(); n.Columns != nil || n.Values != nil {
		t.Errorf("no news is %v", n)
	}
}

// What is no schema, such as identifiers for keys, does not fill the memory.
func TestWatchIsBounded(t *testing.T) {
	d := NewDrift()
	w := d.Watch()
	for i := range 10_000 {
		w.Field(fmt.Append(nil, "key", i))
		w.Keep()
		w.Value("status", fmt.Append(nil, i))
	}
	if n := d.News(); len(n.Columns) != maxNews || len(n.Values) > maxNews || len(w.noted) > 2*maxNews+1 {
		t.Errorf("%d columns, %d values, %d noted", len(n.Columns), len(n.Values), len(w.noted))
	}
}

// BenchmarkWatch is what a record with ten known fields costs.
func BenchmarkWatch(b *testing.B) {
	names := []string{"event_date", "event_value_in_usd", "privacy_info", "user_first_touch_timestamp", "user_ltv", "stream_id", "platform",
		"items", "is_active_user", "event_previous_timestamp"}
	keys := make([][]byte, len(names))
	for i, n := range names {
		keys[i] = []byte(n)
	}
	w := NewDrift(names...).Watch()
	b.ReportAllocs()
	for b.Loop() {
		for _, k := range keys {
			w.Field(k)
		}
		w.Keep()
	}
}
