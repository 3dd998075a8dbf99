package configs

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
)

var update = flag.Bool("update", false, "rewrite generated files")

func env(name string) (string, bool) {
	if name == "WAYMARK_KEY" {
		return "0123456789abcdef0123456789abcdef", true
	}
	return "", false
}

const minimal = `lake: ./lake
warehouse: embedded:./warehouse
privacy: { key: "${env:WAYMARK_KEY}" }
sources:
  - name: web
    system: ga4
    export: events
    location: ./ga4/*.gz
`

func TestExampleLoads(t *testing.T) {
	cfg, err := Parse("waymark.yaml", []byte(Example), env)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Sources) != 11 || cfg.Sources[0].RejectLimit != DefaultRejectLimit || cfg.Sources[0].Country != "PL" || cfg.Privacy.Key == "" {
		t.Errorf("the example was not read as written: %+v", cfg)
	}
}

func TestSchemaIsCurrent(t *testing.T) {
	const file = "waymark.schema.json"
	if *update {
		if err := os.WriteFile(file, JSONSchema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, JSONSchema()) {
		t.Errorf("%s is not what the types say: go test ./configs -update", file)
	}
}

// Every mistake gives its line, its path and what to do; none gives a secret away.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, text, want, hint string
	}{
		{"unknown key", minimal + "currencyy: PLN\n", "w.yaml:9: currencyy: unknown key", `did you mean "currency"?`},
		{"unknown key in a source", minimal + "    locaton: x\n", "w.yaml:9: sources[0].locaton: unknown key", `did you mean "location"?`},
		{"far from any key", minimal + "zzzzzzzz: 1\n", "w.yaml:9: zzzzzzzz: unknown key", "known keys: "},
		{"twice", minimal + "lake: y\n", "w.yaml:9: ", ""},
		{"wrong type", minimal + "resources: { workers: many }\n", "w.yaml:9", ""},
		{"fcr days", minimal + "service: { fcr_days: 0 }\n", "w.yaml:9: service.fcr_days: must be from 1 to 365", "7"},
		{"active days", minimal + "customers: { active_days: 0 }\n", "w.yaml:9: customers.active_days: must be from 1 to 3660", "365"},
		{"margin", minimal + "customers: { margin: 40 }\n", "w.yaml:9: customers.margin: must be a share above 0, at most 1", "0.4"},
		{"identity", minimal + "identity: { max_links: 1 }\n", "w.yaml:9: identity.max_links: must be from 2 to 10000", "20"},
		{"silence", minimal + "journey:\n  silence_days: 0\n", "w.yaml:10: journey.silence_days: must be from 1 to 366", ""},
		{"look-back", minimal + "attribution: { lookback_days: 20, non_direct_days: 25 }\n", "w.yaml:9: attribution.non_direct_days: is longer than a touch counts", "lookback_days"},
		{"stage", minimal + "journey:\n  rules:\n    - { stage: use }\n    - when: { event_type: page_viewed }\n      stage: loyality\n",
			`w.yaml:13: journey.rules[1].stage: unknown stage "loyality"; did you mean "loyalty"?`, ""},
		{"event type", minimal + "journey:\n  rules:\n    - when:\n        event_type: [cart_added, page_view]\n      stage: use\n",
			`w.yaml:12: journey.rules[0].when.event_type[1]: unknown event type "page_view"; did you mean "page_viewed"?`, "docs/journeys.md"},
		{"order of rules", minimal + "journey:\n  rules:\n    - when: { event_type: page_* }\n      stage: use\n    - when: { event_type: page_viewed, page_path: /vip/** }\n      stage: loyalty\n",
			`w.yaml:14: journey.rules[1].stage: never applies: rules[0] comes first, matches all that it matches and says "use"`, "narrower rule first"},
		{"not yaml", "lake: [", "w.yaml", ""},
		{"zone", minimal + "timezone: Europe/Warszawa\n", `w.yaml:9: timezone: unknown time zone "Europe/Warszawa"`, "IANA"},
		{"variable", strings.Replace(minimal, "WAYMARK_KEY", "NO_SUCH", 1), "w.yaml:3: privacy.key: environment variable NO_SUCH is not set", "export NO_SUCH"},
		{"literal key", strings.Replace(minimal, "${env:WAYMARK_KEY}", "hunter2hunter2hunter2", 1), "w.yaml:3: privacy.key: a literal secret is refused", "${env:WAYMARK_KEY}"},
		{"literal password", strings.Replace(minimal, "embedded:./warehouse", "https://u:hunter2@h:8443", 1), "w.yaml:2: warehouse: a literal secret is refused", "warehouse_password"},
		{"warehouse", strings.Replace(minimal, "embedded:./warehouse", "postgres://h", 1), `w.yaml:2: warehouse: unknown kind of warehouse "postgres"`, "embedded:DIR"},
		{"mode", minimal + "    mode: append\n", `w.yaml:9: sources[0].mode: unknown mode "append"`, "full or incremental"},
		{"schedule", minimal + "    schedule: \"15 * * *\"\n", "w.yaml:9: sources[0].schedule: not a cron expression", "five fields"},
		{"missed", minimal + "    schedule: \"@daily\"\n    missed: some\n", `w.yaml:10: sources[0].missed: unknown policy "some"`, "all, last or none"},
		{"missed cap", minimal + "    schedule: \"@daily\"\n    missed: all\n    missed_cap: 5000\n", "w.yaml:11: sources[0].missed_cap: must be from 0 to 1000", ""},
		{"cap of nothing", minimal + "    schedule: \"@daily\"\n    missed_cap: 5\n", "w.yaml:10: sources[0].missed_cap: bounds missed: all only", "missed: all"},
		{"overlap", minimal + "    schedule: \"@daily\"\n    overlap: wait\n", `w.yaml:10: sources[0].overlap: unknown policy "wait"`, "skip or queue"},
		{"jitter", minimal + "    schedule: \"@daily\"\n    jitter: 5\n", `w.yaml:10: sources[0].jitter: "5" is not a duration`, "15m"},
		{"long jitter", minimal + "    schedule: \"@daily\"\n    jitter: 25h\n", "w.yaml:10: sources[0].jitter: must be at most 24h", ""},
		{"negative freshness", minimal + "    fresh_within: -1h\n", "w.yaml:9: sources[0].fresh_within: must be longer than zero", ""},
		{"policy without schedule", minimal + "    overlap: skip\n", "w.yaml:9: sources[0].overlap: has no effect without a schedule", "add schedule:"},
		{"no sources", "lake: x\nwarehouse: embedded:w\nprivacy: { key: \"${env:WAYMARK_KEY}\" }\n", "sources: no source is configured", ""},
		{"empty", "", "lake: is required", ""},
		{"anchor", "lake: &a x\nwarehouse: *a\n", "anchors", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("w.yaml", []byte(c.text), env)
			if err == nil {
				t.Fatal("no error")
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want kind invalid with %q", err, c.want)
			}
			if c.hint != "" && !strings.Contains(allHints(err), c.hint) {
				t.Errorf("hints %q, want %q", allHints(err), c.hint)
			}
			if strings.Contains(err.Error()+allHints(err), "hunter2") {
				t.Errorf("the error gives the secret away: %s", err)
			}
		})
	}
}

func allHints(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		out := ""
		for _, e := range joined.Unwrap() {
			out += allHints(e)
		}
		return out
	}
	return fault.HintOf(err)
}

func TestAllMistakesAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"values", minimal + "    mode: x\n    country: Poland\ntimezone: Nowhere\n", []string{
			`w.yaml:11: timezone: unknown time zone "Nowhere"`, `w.yaml:9: sources[0].mode: unknown mode "x"`, `w.yaml:10: sources[0].country: "Poland" is not valid`}},
		{"keys and values", minimal + "    mode: x\ntimezon: UTC\ncurrency: euro\n", []string{
			"w.yaml:10: timezon: unknown key", `w.yaml:11: currency: "euro" is not valid`, `w.yaml:9: sources[0].mode: unknown mode "x"`}},
		{"what a misspelt key leaves missing", strings.Replace(minimal, "location", "locaton", 1), []string{"w.yaml:8: sources[0].locaton: unknown key"}},
		{"a variable that is not set", strings.Replace(minimal, "WAYMARK_KEY", "NO_SUCH", 1) + "timezone: Nowhere\n", []string{
			"w.yaml:3: privacy.key: environment variable NO_SUCH is not set", `w.yaml:9: timezone: unknown time zone "Nowhere"`}},
		{"rules", minimal + `journey:
  rules:
    - when: { event_type: [page_view, cart_added, tickt_solved] }
      stage: loyality
    - { stag: use }
    - when: { event_type: page_viewed, systm: ga4 }
      touchpoint: Help Page
    - when: { event_type: "cart_*" }
      stage: use
      touchpoint: cart
    - when: { event_type: cart_added }
      stage: loyalty
      touchpoint: basket
    - { when: { medium: "[a" }, channel: x }
    - { when: { medium: cpc } }
`, []string{
			"w.yaml:13: journey.rules[1].stag: unknown key",
			`w.yaml:12: journey.rules[0].stage: unknown stage "loyality"; did you mean "loyalty"?`,
			`w.yaml:11: journey.rules[0].when.event_type[0]: unknown event type "page_view"; did you mean "page_viewed"?`,
			`w.yaml:11: journey.rules[0].when.event_type[2]: unknown event type "tickt_solved"; did you mean "ticket_solved"?`,
			`w.yaml:14: journey.rules[2].when.systm: unknown condition; did you mean "system"?`,
			"w.yaml:15: journey.rules[2].touchpoint: must be at most 64 lower-case letters, digits and underscores",
			"w.yaml:22: journey.rules[5].when.medium: a [ without its ]",
			"w.yaml:23: journey.rules[6]: gives none of stage, touchpoint and channel",
			`w.yaml:20: journey.rules[4].stage: never applies: rules[3] comes first, matches all that it matches and says "use"`,
		}},
	} {
		_, err := Parse("w.yaml", []byte(c.text), env)
		var got []string
		for _, e := range leaves(err) {
			got = append(got, e.Error())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", c.name, diff)
		}
	}
}

func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

func TestPlan(t *testing.T) {
	cfg, err := Parse("w.yaml", []byte(minimal+`    schedule: "30 2 * * *"
    timezone: Europe/Warsaw
    missed: all
    missed_cap: 3
    overlap: queue
    jitter: 10m
    fresh_within: 26h
`), env)
	if err != nil {
		t.Fatal(err)
	}
	s := &cfg.Sources[0]
	plan, ok := s.Plan()
	next := plan.Schedule.Next(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)).Format(time.RFC3339)
	if !ok || next != "2026-06-02T00:30:00Z" || plan.Source != "web" || plan.Cap != 3 || plan.Missed != "all" || plan.Overlap != "queue" ||
		plan.Jitter != 10*time.Minute || s.Fresh() != 26*time.Hour {
		t.Errorf("got %+v, next %s", plan, next)
	}
	if _, ok := new(Source).Plan(); ok {
		t.Error("a plan without a schedule")
	}
}

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("0123456789abcdefXYZ\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(minimal, "${env:WAYMARK_KEY}", "${file:key}", 1)
	cfg, err := Parse(filepath.Join(dir, "w.yaml"), []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("0123456789abcdefXYZ", cfg.Privacy.Key); diff != "" {
		t.Error(diff)
	}
}

// Relative paths start at the file, not where the command is run.
func TestPathsStartAtTheFile(t *testing.T) {
	text := strings.Replace(minimal, "./ga4/*.gz", "./ga4/", 1)
	cfg, err := Parse("conf/w.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Lake, cfg.Warehouse, cfg.Sources[0].Location}
	if diff := cmp.Diff([]string{"conf/lake", "embedded:conf/warehouse", "conf/ga4/"}, got); diff != "" {
		t.Error(diff)
	}
	cfg, err = Parse("/etc/w.yaml", []byte(strings.Replace(text, "./lake", "s3://b/lake", 1)), env)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s3://b/lake", "embedded:/etc/warehouse"}, []string{cfg.Lake, cfg.Warehouse}); diff != "" {
		t.Error(diff)
	}
}

func TestLoadNamesTheMissingFile(t *testing.T) {
	_, err := Load("no-such.yaml", env)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), "no-such.yaml") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(Example))
	f.Add([]byte("lake: &a [*a]\n"))
	f.Add([]byte("? a\n: b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := Parse("w.yaml", text, env)
		if cfg == nil && err == nil {
			t.Fatal("neither a configuration nor an error")
		}
	})
}
