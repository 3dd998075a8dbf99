package nearest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestOf(t *testing.T) {
	known := []string{"stage", "storage", "sources", "touchpoint", "channel", "ticket_id", "zákazník", "a", "id"}
	for word, want := range map[string]string{
		"stage": "stage", "Stage": "stage", "stgae": "stage", "stag": "stage", "stages": "stage", "storge": "storage",
		"source": "sources", "tuchpont": "touchpoint", "TICKETID": "ticket_id", "chanel": "channel",
		"zakaznik": "zákazník", "ZÁKAZNÍK": "zákazník", "di": "id",
		"": "", "b": "", "xy": "", "foo": "", "warehouse": "", "nonsense": "",
		strings.Repeat("stage", 1000): "",
	} {
		if got := Of(word, known); got != want {
			t.Errorf("%.20q: %q, want %q", word, got, want)
		}
	}
	if got := Of("dat", []string{"day", "date"}); got != "day" {
		t.Errorf("of two equally near ones the first is wanted, got %q", got)
	}
	if got := Of("stage", nil); got != "" {
		t.Errorf("without candidates: %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"abcd", "badc", 2}, {"ca", "abc", 3}, {"Žena", "žena", 0}, {"żółw", "zolw", 3},
		{strings.Repeat("a", 128), strings.Repeat("b", 128), 128}, {strings.Repeat("a", 129), strings.Repeat("a", 129), 129}, {"\xff", "\xfe", 0},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%.10q to %.10q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestDistanceIsMeasured holds Distance to its definition, written as a recursion over the ends of both words.
func TestDistanceIsMeasured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching("[abč]{0,6}")
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := Distance(a, b), defined([]rune(a), []rune(b)); got != want {
			t.Fatalf("%q to %q: %d, want %d", a, b, got, want)
		}
	})
}

func defined(a, b []rune) int {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return n + m
	}
	cost := 1
	if a[n-1] == b[m-1] {
		cost = 0
	}
	d := min(defined(a[:n-1], b)+1, defined(a, b[:m-1])+1, defined(a[:n-1], b[:m-1])+cost)
	if n > 1 && m > 1 && a[n-1] == b[m-2] && a[n-2] == b[m-1] {
		d = min(d, defined(a[:n-2], b[:m-2])+1)
	}
	return d
}

func FuzzDistance(f *testing.F) {
	f.Add("stage", "stgae")
	f.Add("İ\xff", strings.Repeat("é", 300))
	f.Fuzz(func(t *testing.T, a, b string) {
		d := Distance(a, b)
		if d != Distance(b, a) || d < 0 || d > 4*longest+1 {
			t.Fatalf("%d one way, %d the other", d, Distance(b, a))
		}
		if same := Distance(a, a); same != 0 && utf8.RuneCountInString(strings.ToLower(a)) <= longest {
			t.Fatalf("%d from itself", same)
		}
	})
}
