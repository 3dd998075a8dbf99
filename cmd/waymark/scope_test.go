package main

import (
	"testing"
	"time"
)

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-01-31": "2026-01-31T00:00:00Z", "2026-01-31T12:30:00+01:00": "2026-01-31T11:30:00Z", "36h": "2026-03-09T00:00:00Z",
		"7d": "2026-03-03T12:00:00Z", "": "0001-01-01T00:00:00Z", "-1h": "", "-1d": "", "yesterday": "", "d": "", "2026-13-01": "", "999999999d": "",
	} {
		got, err := parseSince(text, now)
		if (err != nil) != (want == "") || want != "" && got.UTC().Format(time.RFC3339) != want {
			t.Errorf("parseSince(%q) = %v, %v, want %q", text, got, err, want)
		}
	}
}
