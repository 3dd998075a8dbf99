package store

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waymark/internal/fault"
)

func TestParseLocation(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Location
	}{
		{"s3://b/p/*.json.gz", Location{Scheme: "s3", Bucket: "b", Prefix: "p/", Pattern: "p/*.json.gz"}},
		{"s3://acme-exports/ga4/events_*.json.gz", Location{Scheme: "s3", Bucket: "acme-exports", Prefix: "ga4/events_", Pattern: "ga4/events_*.json.gz"}},
		{"s3://b", Location{Scheme: "s3", Bucket: "b", Pattern: "**"}},
		{"s3://b/", Location{Scheme: "s3", Bucket: "b", Pattern: "**"}},
		{"s3://b/p/", Location{Scheme: "s3", Bucket: "b", Prefix: "p/", Pattern: "p/**"}},
		{"s3://b/p/exact.csv", Location{Scheme: "s3", Bucket: "b", Prefix: "p/exact.csv", Pattern: "p/exact.csv"}},
		{"s3://b/d=2026-01-05/{a,b}/x", Location{Scheme: "s3", Bucket: "b", Prefix: "d=2026-01-05/", Pattern: "d=2026-01-05/{a,b}/x"}},
		{`s3://b/p\*q/[ab]`, Location{Scheme: "s3", Bucket: "b", Prefix: "p*q/", Pattern: `p\*q/[ab]`}},
		{"s3://b/a b/50%20#x?", Location{Scheme: "s3", Bucket: "b", Prefix: "a b/50%20#x", Pattern: "a b/50%20#x?"}},
		{"./dir/*.csv", Location{Scheme: "file", Dir: "dir", Pattern: "*.csv"}},
		{"dir/sub/part-*.csv", Location{Scheme: "file", Dir: "dir/sub", Prefix: "part-", Pattern: "part-*.csv"}},
		{"*.csv", Location{Scheme: "file", Dir: ".", Pattern: "*.csv"}},
		{"/abs/x.ndjson", Location{Scheme: "file", Dir: "/abs", Prefix: "x.ndjson", Pattern: "x.ndjson"}},
		{"file:///abs/**/x.json", Location{Scheme: "file", Dir: "/abs", Pattern: "**/x.json"}},
		{"../up/dir/", Location{Scheme: "file", Dir: "../up/dir", Pattern: "**"}},
		{".", Location{Scheme: "file", Dir: ".", Pattern: "**"}},
		{"a/..", Location{Scheme: "file", Dir: ".", Pattern: "**"}},
		{"/", Location{Scheme: "file", Dir: "/", Pattern: "**"}},
		{`./we\[ird\]/x`, Location{Scheme: "file", Dir: "we[ird]", Prefix: "x", Pattern: "x"}},
		{"odd://name", Location{}}, // a scheme, not a directory
	} {
		got, err := ParseLocation(c.in)
		if c.want.Scheme == "" {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %+v, %v; want an invalid error", c.in, got, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Location{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.in, diff)
		}
	}
}

func TestParseLocationRefuses(t *testing.T) {
	for in, text := range map[string]string{
		"":                                    "empty",
		"s3://":                               "no bucket",
		"s3:///key":                           "no bucket",
		"s3://b*/key":                         "not a bucket name",
		"s3://user@b/key":                     "not a bucket name",
		"gs://b/key":                          "scheme gs is not known",
		"https://host/x":                      "scheme https is not known",
		"file://host/x":                       "file:///absolute/path",
		"dir/[ab":                             "[ without ]",
		"dir/[":                               "[ without ]",
		"dir/[]":                              "[ without ]",
		"dir/[z-a]":                           "reversed range",
		"dir/{a,b":                            "{ without }",
		`s3://b/x\`:                           "backslash",
		"s3://b/\xff*":                        "UTF-8",
		"a\x00b":                              "NUL",
		"s3://b/" + nested():                  "too large",
		"s3://b/" + strings.Repeat("k", 5000): "too large",
	} {
		_, err := ParseLocation(in)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v, want an invalid error with %q", in, err, text)
		}
	}
}

// nested has more braces than a pattern may.
func nested() string { return strings.Repeat("{", 101) + "a" + strings.Repeat("}", 101) }

func TestMatch(t *testing.T) {
	for _, c := range []struct{ pattern, yes, no string }{
		{"a/*.csv", "a/x.csv a/.csv a/x.y.csv a/ż.csv", "a/b/x.csv x.csv a/x.csv.gz a/x.CSV b/a/x.csv"},
		{"events_*.json.gz", "events_20260105.json.gz events_intraday_20260105.json.gz", "x/events_1.json.gz events_1.json"},
		{"a/**", "a/b a/b/c", "a ab/c b/a/c"},
		{"a/**/z", "a/z a/b/z a/b/c/z", "a/zz az a/b/zz"},
		{"**/z", "z a/z a/b/z", "az a/bz"},
		{"**.csv", "x.csv a/b.csv", "x.csvs"},
		{"a**z", "az a/z abz a/b/z", "a/b za"},
		{"?/??", "a/bc ż/ół", "a/b /bc a//c"},
		{"[abc]x", "ax bx cx", "dx abx /x"},
		{"[a-c0-9]", "b 5", "d -"},
		{"[!a-c]", "d - ]", "a / dd"},
		{"[^a]", "b", "a /"},
		{"[]a]", "] a", "b"},
		{"[a-]", "a -", "b"},
		{`[\]\-x]`, "] - x", `\ a`},
		{"[+-9]", "+ . 0 9 ,", "/ :"},
		{"[.-0]x", ".x 0x", "/x"},
		{"[/]", "", "/ a"},
		{"[ź-ż]", "ż", "a"},
		{"{a,b}.csv", "a.csv b.csv", "c.csv ab.csv a,b.csv .csv"},
		{"{a,b/{c,d}}/x", "a/x b/c/x b/d/x", "b/x c/x"},
		{"{,x}a", "a xa", "xxa"},
		{"{*.csv,*.tsv}", "q.csv q.tsv", "q.txt"},
		{"a,b}", "a,b}", "a b"},
		{`\*\?\[\]\{\}\\`, `*?[]{}\`, "aaaaaaa"},
		{"a+b(c)|d.$^", "a+b(c)|d.$^", "aab(c)|dx$^"},
		{"exact", "exact", "exactly inexact exact/x"},
		{"a/", "a/b a/b/c", "a ab"},
		{"", "a a/b", ""},
	} {
		l, err := Location{Scheme: SchemeS3, Bucket: "b"}.compile(c.pattern, c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		for _, key := range strings.Fields(c.yes) {
			if !l.Match(key) {
				t.Errorf("%s does not match %s", c.pattern, key)
			}
			if !strings.HasPrefix(key, l.Prefix) {
				t.Errorf("%s matches %s, which its prefix %q does not list", c.pattern, key, l.Prefix)
			}
		}
		for _, key := range strings.Fields(c.no) {
			if l.Match(key) {
				t.Errorf("%s matches %s", c.pattern, key)
			}
		}
	}
	if (Location{}).Match("x") {
		t.Error("the zero location matches")
	}
}

func TestGlobAndString(t *testing.T) {
	for in, want := range map[string]struct {
		glob bool
		text string
	}{
		"s3://b/p/*.csv": {true, "s3://b/p/*.csv"}, "s3://b/p/": {false, "s3://b/p/**"}, "s3://b/p/x": {false, "s3://b/p/x"},
		"./d/*.csv": {true, "d/*.csv"}, "./d": {false, "d"}, `s3://b/\*`: {false, `s3://b/\*`},
	} {
		l, err := ParseLocation(in)
		if err != nil || l.Glob() != want.glob || l.String() != want.text {
			t.Errorf("%s: glob %v, %q, %v; want %v, %q", in, l.Glob(), l, err, want.glob, want.text)
		}
	}
}

func FuzzParseLocation(f *testing.F) {
	for _, s := range []string{"s3://b/p/*.json.gz", "./d/{a,b/{c,*}}/**/[!a-c]?.csv", `file:///a\*/[]-]`, "s3://b/[a-", "s3://b/{,}", "\x00", "[^/]"} {
		f.Add(s, "p/a.json.gz")
	}
	f.Fuzz(func(t *testing.T, s, key string) {
		l, err := ParseLocation(s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v is not invalid", err)
			}
			return
		}
		if l.Match(key) && !strings.HasPrefix(key, l.Prefix) {
			t.Fatalf("%q matches %q outside of its prefix %q", s, key, l.Prefix)
		}
		if !l.glob && !l.Match(l.Prefix) {
			t.Fatalf("%q has no glob and does not match %q", s, l.Prefix)
		}
	})
}
