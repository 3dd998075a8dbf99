package schedule

import (
	"strings"
	"testing"
	"time"

	"waymark/internal/fault"
)

func TestNext(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 1, 5, 23, 20, 0, 0, time.UTC)
	for _, c := range []struct{ expression, want string }{
		{"15 * * * *", "2026-01-06T00:15:00Z"},
		{"0 6 * * 1-5", "2026-01-06T05:00:00Z"},
		{"@daily", "2026-01-06T23:00:00Z"},
		{"@every 90m", "2026-01-06T00:00:00Z"},
	} {
		s, err := Parse(c.expression, warsaw)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if got := s.Next(from).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: next is %s, want %s", c.expression, got, c.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, expression := range []string{"", "* * * *", "60 * * * *", "* * * * * *", "CRON_TZ=UTC", "CRON_TZ=UTC 1 * * * *", "TZ=", "often", "@every x"} {
		_, err := Parse(expression, time.UTC)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error %v, want kind invalid", expression, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("15 * * * *")
	f.Add("CRON_TZ=UTC")
	f.Add("@every 1h")
	f.Add("*/5,1-3 0 1 JAN MON")
	f.Fuzz(func(t *testing.T, expression string) {
		if len(expression) > 200 || strings.Count(expression, "-") > 20 {
			t.Skip("longer than any real expression")
		}
		s, err := Parse(expression, time.UTC)
		if err == nil && s.String() == "" {
			t.Error("a schedule without an expression")
		}
	})
}
