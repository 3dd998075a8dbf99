package configs

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"waymark/internal/fault"
)

var (
	nameShape     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)
	currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)
	countryShape  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Validate reports every problem of c at once: a joined list of *fault.Error of kind Invalid.
func (c *Config) Validate() error {
	v := &problems{c: c}
	v.required("lake", c.Lake)
	v.required("warehouse", c.Warehouse)
	v.warehouse()
	v.zone("timezone", c.Timezone)
	v.shape("currency", c.Currency, currencyShape, "three capital letters of ISO 4217, e.g. EUR")
	v.shape("country", c.Country, countryShape, "two capital letters of ISO 3166, e.g. PL")
	v.privacy()
	v.resources()
	if n := v.c.Service.FCRDays; n < 1 || n > 365 {
		v.add("service.fcr_days", "must be from 1 to 365", "7 is usual")
	}
	if n := v.c.Customers.ActiveDays; n < 1 || n > 3660 {
		v.add("customers.active_days", "must be from 1 to 3660", "365 is a year")
	}
	if m := v.c.Customers.Margin; m <= 0 || m > 1 {
		v.add("customers.margin", "must be a share above 0, at most 1", "40 % is 0.4")
	}
	for i, name := range v.c.Customers.RecommendedBy {
		if strings.TrimSpace(name) != name || name == "" || strings.Contains(name, "|") {
			v.add(fmt.Sprintf("customers.recommended_by[%d]", i), "must be a lead source as records have it, without | and space around it", "e.g. Customer Referral")
		}
	}
	if n := v.c.Identity.MaxLinks; n < 2 || n > 10_000 {
		v.add("identity.max_links", "must be from 2 to 10000", "a person has an address, a number, a phone and an id in each system; 20 leaves room")
	}
	v.journey()
	if len(c.Sources) == 0 && !c.misspelt[""] {
		v.add("sources", "no source is configured", "add one under sources:")
	}
	seen := map[string]bool{}
	for i := range c.Sources {
		v.source(fmt.Sprintf("sources[%d]", i), &c.Sources[i], seen)
	}
	return errors.Join(v.errs...)
}

type problems struct {
	c    *Config
	errs []error
}

func (v *problems) add(path, msg, hint string) {
	if v.c.told[path] {
		return
	}
	v.errs = append(v.errs, v.c.invalid(path, msg, hint))
}

func (c *Config) invalid(path, msg, hint string) error {
	return &fault.Error{Kind: fault.Invalid, Object: c.File, Line: int64(c.Line(path)), Field: path, Err: errors.New(msg), Hint: hint}
}

// Line returns the line of path ("sources[1].schedule") or of the nearest enclosing one; 0 when c was not read from text.
func (c *Config) Line(path string) int {
	for path != "" {
		if line, ok := c.lines[path]; ok {
			return line
		}
		path = parent(path)
	}
	return c.lines[""]
}

// parent returns the path of what encloses path, "" at the top.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

func (v *problems) required(path, value string) bool {
	if strings.TrimSpace(value) == "" {
		if !v.c.misspelt[parent(path)] {
			v.add(path, "is required", "")
		}
		return false
	}
	return true
}

func (v *problems) zone(path, value string) {
	if _, err := time.LoadLocation(value); err != nil {
		v.add(path, fmt.Sprintf("unknown time zone %q", value), "use an IANA name such as Europe/Warsaw")
	}
}

func (v *problems) shape(path, value string, shape *regexp.Regexp, hint string) {
	if value != "" && !shape.MatchString(value) {
		v.add(path, fmt.Sprintf("%q is not valid", value), hint)
	}
}

func (v *problems) privacy() {
	const path = "privacy.key"
	if !v.required(path, v.c.Privacy.Key) {
		return
	}
	if v.c.references != nil && !v.c.references[path] {
		v.add(path, "a literal secret is refused", `refer to it: "${env:WAYMARK_KEY}" or "${file:/run/secrets/waymark-key}"`)
	} else if len(v.c.Privacy.Key) < 16 {
		v.add(path, "is shorter than 16 bytes", "make one with: openssl rand -hex 32")
	}
}

func (v *problems) warehouse() {
	w := v.c.Warehouse
	scheme, rest, ok := strings.Cut(w, ":")
	switch {
	case w == "":
	case ok && scheme == "embedded":
		v.required("warehouse", rest)
	case ok && (scheme == "clickhouse" || scheme == "http" || scheme == "https"):
		u, err := url.Parse(w)
		if err != nil || u.Host == "" {
			v.add("warehouse", "is not a valid address", "e.g. clickhouse://user@host:9440/?secure=true")
		} else if _, literal := u.User.Password(); literal && v.c.references != nil && !v.c.references["warehouse"] {
			v.add("warehouse", "a literal secret is refused", `put the password under warehouse_password: "${env:CLICKHOUSE_PASSWORD}"`)
		}
	default:
		v.add("warehouse", fmt.Sprintf("unknown kind of warehouse %q", scheme), "use embedded:DIR, clickhouse://…, http://… or https://…")
	}
	if v.c.Password != "" && v.c.references != nil && !v.c.references["warehouse_password"] {
		v.add("warehouse_password", "a literal secret is refused", `refer to it: "${env:CLICKHOUSE_PASSWORD}"`)
	}
}

// journey checks the rules, each at its line, and the spans of journeys and attribution.
func (v *problems) journey() {
	if _, err := v.c.JourneyRules(); err != nil {
		v.rules(err)
	}
	j, a := v.c.Journey, v.c.Attribution
	for _, n := range []struct {
		path                   string
		value, least, greatest int
	}{
		{"journey.silence_days", j.SilenceDays, 1, 366}, {"journey.repeat_contact_hours", j.RepeatHours, 1, 24 * 30},
		{"journey.critical_days", j.CriticalDays, 1, 3660}, {"journey.critical_minimum", j.CriticalMinimum, 5, 1_000_000},
		{"attribution.lookback_days", a.LookbackDays, 1, 3660}, {"attribution.non_direct_days", a.NonDirectDays, 1, 3660},
		{"attribution.half_life_days", a.HalfLifeDays, 1, 366},
	} {
		if n.value < n.least || n.value > n.greatest {
			v.add(n.path, fmt.Sprintf("must be from %d to %d", n.least, n.greatest), "")
		}
	}
	if a.NonDirectDays > a.LookbackDays && v.c.lines["attribution.non_direct_days"] > 0 {
		v.add("attribution.non_direct_days", "is longer than a touch counts", "at most lookback_days")
	}
}

// rules takes over the mistakes in journey rules, but for rules that seem to say nothing because of a misspelt key.
func (v *problems) rules(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		v.errs = append(v.errs, err)
		return
	}
	for _, e := range joined.Unwrap() {
		var f *fault.Error
		if !errors.As(e, &f) || !v.c.told[f.Field] && !v.c.misspelt[f.Field] {
			v.errs = append(v.errs, e)
		}
	}
}

func (v *problems) resources() {
	r := v.c.Resources
	if r.ChunkMiB < 1 || r.ChunkMiB > 64 {
		v.add("resources.chunk_mib", "must be from 1 to 64", "")
	}
	if r.Workers < 0 || r.Workers > 256 {
		v.add("resources.workers", "must be from 0 to 256", "")
	}
	v.duration("resources.retry_budget", r.Retry, 24*time.Hour)
	v.duration("resources.statement_timeout", r.Statement, 24*time.Hour)
	if r.EngineMiB < 512 {
		v.add("resources.engine_memory_mib", "must be at least 512", "")
	}
}

func (v *problems) source(path string, s *Source, seen map[string]bool) {
	if v.required(path+".name", s.Name) {
		if !nameShape.MatchString(s.Name) {
			v.add(path+".name", fmt.Sprintf("%q is not a valid name", s.Name), "letters, digits, - and _, at most 63")
		}
		if seen[s.Name] {
			v.add(path+".name", fmt.Sprintf("%q names two sources", s.Name), "")
		}
		seen[s.Name] = true
	}
	v.required(path+".system", s.System)
	v.required(path+".export", s.Export)
	v.required(path+".location", s.Location)
	if s.Mode != "" && s.Mode != "full" && s.Mode != "incremental" {
		v.add(path+".mode", fmt.Sprintf("unknown mode %q", s.Mode), "full or incremental")
	}
	if s.Timezone != "" {
		v.zone(path+".timezone", s.Timezone)
	}
	v.schedule(path, s)
	v.shape(path+".currency", s.Currency, currencyShape, "three capital letters of ISO 4217, e.g. EUR")
	v.shape(path+".country", s.Country, countryShape, "two capital letters of ISO 3166, e.g. PL")
	if s.RejectLimit < 0 || s.RejectLimit > 1 {
		v.add(path+".reject_limit", "must be a share from 0 to 1", "5 % is 0.05")
	}
	if s.Delimiter != "" && s.Delimiter != "tab" && len(s.Delimiter) != 1 {
		v.add(path+".delimiter", "must be one character or tab", "")
	}
}
