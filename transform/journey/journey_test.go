package journey

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/schemas"
)

func TestDefaultCoversTheVocabulary(t *testing.T) {
	r := Default()
	if open := r.Uncovered(); len(open) > 0 {
		t.Errorf("no rule without conditions for %v", open)
	}
	for _, system := range []string{"ga4", "salesforce", "zendesk", "survey"} {
		m := r.Matcher(system, "any")
		for i, name := range schemas.EventTypes {
			p := m.Match(&Event{Type: i})
			if !contains(schemas.Stages[:], string(p.Stage)) || len(p.Touchpoint) == 0 {
				t.Errorf("%s %s: stage %q touchpoint %q", system, name, p.Stage, p.Touchpoint)
			}
		}
	}
}

func TestDefaultPlaces(t *testing.T) {
	m := Default().Matcher("ga4", "events")
	for _, c := range []struct{ path, stage, touchpoint string }{
		{"/", "awareness", "home_page"}, {"", "awareness", "home_page"}, {"/home", "awareness", "home_page"}, {"/pl", "awareness", "home_page"},
		{"/basket.html", "purchase", "cart_page"}, {"/Cart", "purchase", "cart_page"}, {"/pl/koszyk/", "purchase", "cart_page"},
		{"/yourinfo.html", "purchase", "checkout_page"}, {"/checkout/step-2", "purchase", "checkout_page"},
		{"/ordercompleted.html", "purchase", "order_confirmation_page"}, {"/checkout/success", "purchase", "order_confirmation_page"},
		{"/asearch.html", "consideration", "search_page"}, {"/Google+Redesign/Apparel/Mens", "consideration", "category_page"},
		{"/product/red-shoe", "consideration", "product_page"}, {"/help/returns", "service", "help_page"}, {"/faq", "service", "help_page"},
		{"/hc/en-us/articles/1", "service", "help_page"}, {"/helpful-tips", "consideration", "web_page"}, {"/blog/a/b", "awareness", "content_page"},
	} {
		p := m.Match(&Event{Type: m.Type([]byte("page_viewed")), PagePath: []byte(c.path)})
		if string(p.Stage) != c.stage || string(p.Touchpoint) != c.touchpoint {
			t.Errorf("%q: %s/%s, want %s/%s", c.path, p.Stage, p.Touchpoint, c.stage, c.touchpoint)
		}
	}
}

func TestDefaultChannels(t *testing.T) {
	for _, c := range []struct{ system, event, source, medium, own, want string }{
		{"ga4", "page_viewed", "(direct)", "(none)", "", "direct"}, {"ga4", "page_viewed", "google", "organic", "", "organic_search"},
		{"ga4", "order_placed", "google", "cpc", "", "paid_search"}, {"ga4", "order_placed", "facebook.com", "paid_social", "", "paid_social"},
		{"ga4", "page_viewed", "m.facebook.com", "referral", "", "organic_social"}, {"ga4", "page_viewed", "partner", "affiliate", "", "affiliates"},
		{"ga4", "page_viewed", "youtube.com", "referral", "", "organic_video"}, {"ga4", "page_viewed", "shop.googlemerchandisestore.com", "referral", "", "referral"},
		{"ga4", "page_viewed", "Newsletter", "Email", "", "email"}, {"ga4", "page_viewed", "x", "cpm", "", "display"}, {"ga4", "page_viewed", "x", "cpc", "", "paid_other"},
		{"ga4", "page_viewed", "<Other>", "<Other>", "", "other"}, {"ga4", "page_viewed", "", "", "", ""}, {"ga4", "page_viewed", "google", "organic", "mine", ""},
		{"zendesk", "ticket_created", "", "", "voice", "phone"}, {"zendesk", "ticket_created", "", "", "email", "email"}, {"zendesk", "ticket_created", "", "", "native_messaging", "chat"},
		{"salesforce", "ticket_created", "", "", "Phone", "phone"}, {"salesforce", "email_sent", "", "", "", "email"}, {"zendesk", "ticket_created", "", "", "odd", ""},
	} {
		m := Default().Matcher(c.system, "x")
		p := m.Match(&Event{Type: m.Type([]byte(c.event)), Source: []byte(c.source), Medium: []byte(c.medium), Channel: []byte(c.own)})
		if string(p.Channel) != c.want {
			t.Errorf("%+v: channel %q", c, p.Channel)
		}
	}
}

func TestFirstRuleThatGivesAnAttributeDecides(t *testing.T) {
	var rules []Rule
	if err := yaml.UnmarshalWithOptions([]byte(`
- when: { event_type: page_viewed, page_path: [/vip/*, /club/**] }
  touchpoint: club
- when: { event_type: page_viewed }
  stage: loyalty
  touchpoint: page
`), &rules, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	r, err := Extend(rules)
	if err != nil {
		t.Fatal(err)
	}
	m := r.Matcher("ga4", "events")
	for path, want := range map[string]string{"/vip/x": "club", "/vip/x/y": "page", "/club": "club", "/CLUB/x/y": "club", "/": "page"} {
		p := m.Match(&Event{Type: m.Type([]byte("page_viewed")), PagePath: []byte(path)})
		if string(p.Touchpoint) != want || string(p.Stage) != "loyalty" {
			t.Errorf("%s: %s/%s", path, p.Stage, p.Touchpoint)
		}
	}
	if r.Fingerprint("ga4", "events") == Default().Fingerprint("ga4", "events") {
		t.Error("other rules, same fingerprint")
	}
	if again, _ := Extend(rules); again.Fingerprint("ga4", "events") != r.Fingerprint("ga4", "events") {
		t.Error("equal rules, other fingerprint")
	}
}

// A rule counts for the systems and exports that it can meet, in whatever case they are written.
func TestFingerprintLeavesOutRulesOfOthers(t *testing.T) {
	r, err := Extend([]Rule{{When: Condition{"system": {"Zen*"}, "export": {"tickets", "Ticket_Audits"}}, Touchpoint: "desk"}})
	if err != nil {
		t.Fatal(err)
	}
	for place, meets := range map[[2]string]bool{{"zendesk", "tickets"}: true, {"zendesk", "ticket_audits"}: true, {"zendesk", "users"}: false, {"ga4", "events"}: false} {
		if differs := r.Fingerprint(place[0], place[1]) != Default().Fingerprint(place[0], place[1]); differs != meets {
			t.Errorf("%s: the fingerprint differs: %t, want %t", place, differs, meets)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		want string
	}{
		"condition":    {Rule{When: Condition{"page_pth": {"/x"}}, Stage: "use"}, `rules[1].when.page_pth: unknown condition; did you mean "page_path"?`},
		"event type":   {Rule{When: Condition{"event_type": {"page_view"}}, Stage: "use"}, `rules[1].when.event_type: unknown event type "page_view"; did you mean "page_viewed"?`},
		"stage":        {Rule{Stage: "loyality"}, `rules[1].stage: unknown stage "loyality"; did you mean "loyalty"?`},
		"nothing":      {Rule{}, `rules[1]: gives none of stage, touchpoint and channel`},
		"empty list":   {Rule{When: Condition{"medium": {}}, Stage: "use"}, `rules[1].when.medium: an empty list never matches`},
		"class":        {Rule{When: Condition{"medium": {"[a"}}, Stage: "use"}, `rules[1].when.medium: a [ without its ]`},
		"braces":       {Rule{When: Condition{"medium": {"{a"}}, Stage: "use"}, `rules[1].when.medium: braces`},
		"alternatives": {Rule{When: Condition{"medium": {strings.Repeat("{a,b,c,d,e,f,g,h}", 8)}}, Stage: "use"}, `rules[1].when.medium: too many alternatives`},
		"label":        {Rule{Touchpoint: "Help Page"}, `rules[1].touchpoint: must be`},
	} {
		_, err := Parse([]Rule{{Stage: "use"}, c.rule})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Hints send people to the list in the documentation.
func TestDocumentationListsWhatRulesMayName(t *testing.T) {
	text, err := os.ReadFile("../../docs/journeys.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(schemas.EventTypes[:], schemas.Stages[:], keyNames[:]) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/journeys.md does not name %s", name)
		}
	}
}

// Every mistake of every rule is told, each with what to do.
func TestParseTellsOfEveryMistake(t *testing.T) {
	_, err := Extend([]Rule{
		{When: Condition{"medium": {"cpc"}, "event_type": {"page_view", "cart_added", "{ticket_solvd,ticket_rated}"}}, Stage: "loyality"},
		{When: Condition{"mediun": {"cpc"}, "systm": {"x"}}, Touchpoint: "A B"},
		{When: Condition{"medium": {"cpc"}}, Channel: "a", Stage: "use"},
		{When: Condition{"medium": {"cpc"}}, Channel: "b", Stage: "loyalty"},
		{When: Condition{"medium": {"cpc"}, "source": {"x"}}, Channel: "c"},
	})
	var got []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f *fault.Error
		if !errors.As(e, &f) || f.Hint == "" {
			t.Errorf("%v: no hint", e)
		}
		got = append(got, e.Error())
	}
	if diff := cmp.Diff([]string{
		`rules[0].stage: unknown stage "loyality"; did you mean "loyalty"?`,
		`rules[0].when.event_type[0]: unknown event type "page_view"; did you mean "page_viewed"?`,
		`rules[0].when.event_type[2]: unknown event type "ticket_solvd"; did you mean "ticket_solved"?`,
		`rules[1].when.mediun: unknown condition; did you mean "medium"?`,
		`rules[1].when.systm: unknown condition; did you mean "system"?`,
		"rules[1].touchpoint: must be at most 64 lower-case letters, digits and underscores",
		`rules[3].stage: never applies: rules[2] comes first, matches all that it matches and says "use"`,
		`rules[4].channel: never applies: rules[2] comes first, matches all that it matches and says "a"`,
	}, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestUncoveredNamesTypesLeftOpen(t *testing.T) {
	r, err := Parse([]Rule{{When: Condition{"event_type": {"ticket_*"}}, Stage: "service", Touchpoint: "ticket"},
		{When: Condition{"event_type": {"page_viewed"}, "page_path": {"/x"}}, Stage: "use", Touchpoint: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	open := r.Uncovered()
	if !contains(open, "page_viewed") || contains(open, "ticket_created") {
		t.Errorf("%v", open)
	}
}

// A rule on a system or an export covers the events of that export, and no others.
func TestUncoveredAtCountsRulesOfTheExport(t *testing.T) {
	r, err := Parse([]Rule{{When: Condition{"system": {"Zen*"}, "export": {"tickets"}}, Stage: "service", Touchpoint: "desk"},
		{When: Condition{"event_type": {"page_viewed"}}, Stage: "use", Touchpoint: "page"}})
	if err != nil {
		t.Fatal(err)
	}
	if open := r.UncoveredAt("zendesk", "tickets"); len(open) > 0 {
		t.Errorf("zendesk tickets: %v", open)
	}
	if open := r.UncoveredAt("zendesk", "users"); contains(open, "page_viewed") || !contains(open, "ticket_created") || len(open) != len(schemas.EventTypes)-1 {
		t.Errorf("zendesk users: %v", open)
	}
}

// A rule that an earlier one leaves nothing to decide is a mistake; one that only overlaps is not.
func TestExtendRefusesRulesThatNeverApply(t *testing.T) {
	for name, c := range map[string]struct {
		first, second Rule
		never         bool
	}{
		"same condition":    {Rule{When: Condition{"medium": {"cpc"}}, Channel: "a"}, Rule{When: Condition{"medium": {"CPC"}}, Channel: "b"}, true},
		"same value":        {Rule{When: Condition{"medium": {"cpc"}}, Channel: "a"}, Rule{When: Condition{"medium": {"cpc"}}, Channel: "a"}, false},
		"other attribute":   {Rule{When: Condition{"medium": {"cpc"}}, Channel: "a"}, Rule{When: Condition{"medium": {"cpc"}}, Stage: "use"}, false},
		"wider first":       {Rule{When: Condition{"event_type": {"ticket_*"}}, Stage: "use"}, Rule{When: Condition{"event_type": {"ticket_rated", "ticket_solved"}, "system": {"x"}}, Stage: "loyalty"}, true},
		"narrower first":    {Rule{When: Condition{"event_type": {"ticket_rated"}}, Stage: "use"}, Rule{When: Condition{"event_type": {"ticket_*"}}, Stage: "loyalty"}, false},
		"without condition": {Rule{Stage: "use"}, Rule{When: Condition{"system": {"x"}}, Stage: "loyalty"}, true},
		"one of two":        {Rule{When: Condition{"medium": {"a", "b"}}, Channel: "x"}, Rule{When: Condition{"medium": {"b", "c"}}, Channel: "y"}, false},
		"path below":        {Rule{When: Condition{"page_path": {"/vip/**"}}, Stage: "use"}, Rule{When: Condition{"page_path": {"/vip/x/*"}}, Stage: "loyalty"}, true},
		"path beside":       {Rule{When: Condition{"page_path": {"/vip/*"}}, Stage: "use"}, Rule{When: Condition{"page_path": {"/vip/**"}}, Stage: "loyalty"}, false},
		"wildcard":          {Rule{When: Condition{"source": {"*goo*"}}, Channel: "x"}, Rule{When: Condition{"source": {"google"}}, Channel: "y"}, true},
	} {
		_, err := Extend([]Rule{c.first, c.second})
		if got := err != nil && strings.Contains(err.Error(), "rules[1]."); got != c.never || err != nil && fault.HintOf(err) == "" {
			t.Errorf("%s: %v, want an error: %t", name, err, c.never)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		path, want bool
	}{
		{"/a/*", "/a/b", true, true}, {"/a/*", "/a/b/c", true, false}, {"/a/**", "/a/b/c", true, true}, {"/a/**", "/a", true, true},
		{"/a/**", "/ab", true, false}, {"**/b", "/x/y/b", true, true}, {"*b*", "abc/def", false, true}, {"/*/c/**/e", "/b/c/d/d/e", true, true},
		{"[a-c]?", "bż", true, true}, {"[!a-c]x", "bx", true, false}, {"", "", true, true}, {"?*", "", false, false}, {"?*", "q", false, true},
		{"/?", "//", true, false}, {"{a,b{c,d}}x", "bdx", true, true}, {"**a**b**c", strings.Repeat("ab", 2000), true, false},
	} {
		ps, reason := compilePatterns(Patterns{c.pattern}, c.path)
		if reason != "" {
			t.Fatalf("%s: %s", c.pattern, reason)
		}
		if got := matchAny(ps, c.s); got != c.want {
			t.Errorf("%q matches %.20q: %v", c.pattern, c.s, got)
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	m := Default().Matcher("ga4", "events")
	e := Event{Type: m.Type([]byte("page_viewed")), PagePath: []byte("/a/b/c"), Medium: []byte("organic"), Source: []byte("google")}
	m.Match(&e)
	if n := testing.AllocsPerRun(100, func() { m.Match(&e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("/a/**/b*[a-z]{x,y}", "/a/b")
	f.Fuzz(func(t *testing.T, p, s string) {
		for _, path := range []bool{true, false} {
			if ps, reason := compilePatterns(Patterns{p}, path); reason == "" {
				matchAny(ps, strings.ToLower(s))
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	m := Default().Matcher("ga4", "events")
	e := Event{Type: m.Type([]byte("page_viewed")), PagePath: []byte("/Google+Redesign/Apparel/Mens"), Medium: []byte("organic"), Source: []byte("google")}
	for b.Loop() {
		m.Match(&e)
	}
}
