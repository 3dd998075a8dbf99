package configs

import (
	"errors"
	"time"

	"waymark/internal/fault"
	"waymark/transform/journey"
)

// Config is the whole configuration. Field comments become the descriptions of the JSON Schema.
type Config struct {
	Lake        string         `yaml:"lake" desc:"Where the lake lives: s3://bucket/prefix or a local directory." required:"true"`
	Warehouse   string         `yaml:"warehouse" desc:"embedded:DIR, clickhouse://user@host:9440/?secure=true or https://user@host:8443." required:"true"`
	Password    string         `yaml:"warehouse_password" desc:"Password of the warehouse; a reference such as ${env:CLICKHOUSE_PASSWORD}, never a literal."`
	Timezone    string         `yaml:"timezone" desc:"IANA time zone of reporting days (default UTC)."`
	Currency    string         `yaml:"currency" desc:"ISO 4217 reporting currency (default EUR)."`
	Country     string         `yaml:"country" desc:"ISO 3166 alpha-2 country of national phone numbers."`
	Privacy     Privacy        `yaml:"privacy" desc:"How personal identifiers are pseudonymised." required:"true"`
	S3          S3             `yaml:"s3" desc:"How to reach S3; credentials come from the AWS default chain."`
	Resources   Resources      `yaml:"resources" desc:"Bounds on what a run may use."`
	Service     Service        `yaml:"service" desc:"Rules of the service KPIs."`
	Customers   Customers      `yaml:"customers" desc:"Rules of the KPIs of customers."`
	Identity    Identity       `yaml:"identity" desc:"When identifiers make one customer."`
	Journey     Journey        `yaml:"journey" desc:"Which events belong to which stage, touchpoint and channel, and where journeys end."`
	Attribution Attribution    `yaml:"attribution" desc:"Which touches get credit for a conversion."`
	Sources     []Source       `yaml:"sources" desc:"The exports to read." required:"true"`
	File        string         `yaml:"-"`
	lines       map[string]int // path → line, for messages
	references  map[string]bool
	told        map[string]bool // paths of which the text's own mistakes have been told
	misspelt    map[string]bool // paths of what has an unknown key: what it lacks may be what that was meant to be
}

// Privacy holds the key of the pseudonyms.
type Privacy struct {
	Key string `yaml:"key" desc:"Key of the HMAC-SHA-256 pseudonyms, at least 16 bytes; a reference such as ${env:WAYMARK_KEY}, never a literal." required:"true"`
}

// S3 says how to reach an S3-compatible store.
type S3 struct {
	Region    string `yaml:"region" desc:"Region; default from the AWS environment."`
	Endpoint  string `yaml:"endpoint" desc:"URL of an S3-compatible server; empty is AWS."`
	PathStyle bool   `yaml:"path_style" desc:"Address buckets by path, as most S3-compatible servers want."`
}

// Resources bounds a run.
type Resources struct {
	Workers   int    `yaml:"workers" desc:"Decoding workers; 0 is one per processor."`
	ChunkMiB  int    `yaml:"chunk_mib" desc:"Input per row group in MiB (1 to 64, default 8); memory grows with workers × chunk."`
	EngineMiB int    `yaml:"engine_memory_mib" desc:"Memory limit of the embedded engine in MiB (default 4096)."`
	Retry     string `yaml:"retry_budget" desc:"How long a run goes on, in all, trying again what failed for a passing reason (default 2m)."`
	Statement string `yaml:"statement_timeout" desc:"Longest time one statement of the warehouse may take (default 1h)."`
	Temp      string `yaml:"temp" desc:"Directory for temporary files; default is the system's."`
}

// Retries is how long a run goes on trying again what failed for a passing reason.
func (r *Resources) Retries() time.Duration { return duration(r.Retry) }

// StatementTimeout is the longest time one statement of the warehouse may take.
func (r *Resources) StatementTimeout() time.Duration { return duration(r.Statement) }

// Service holds rules of the service KPIs.
type Service struct {
	Schedule string `yaml:"schedule" desc:"Id of the business schedule that business minutes follow; default is the smallest id."`
	FCRDays  int    `yaml:"fcr_days" desc:"A ticket was solved at first contact when the customer does not come back with the same theme for so many days (default 7)."`
}

// Customers holds rules of the KPIs of customers.
type Customers struct {
	ActiveDays    int      `yaml:"active_days" desc:"A customer is active so many days after an order: the window of repeat_rate, purchase_frequency, retention and churn (default 365)."`
	Margin        float64  `yaml:"margin" desc:"Margin as a share of revenue, for the value of customers; 40 % is 0.4 (default 1: all of it)."`
	RecommendedBy []string `yaml:"recommended_by" desc:"Lead sources that say a customer was recommended, for referral_share and earned_growth; case does not matter (default Referral, Customer Referral, Employee Referral, External Referral, Partner Referral, Word of mouth, Recommendation, Polecenie, Рекомендация)."`
}

// recommendations are the lead sources that say so by default: those of Salesforce's picklist, and what else people call it.
func recommendations() []string {
	return []string{"Referral", "Customer Referral", "Employee Referral", "External Referral", "Partner Referral", "Word of mouth", "Recommendation", "Polecenie", "Рекомендация"}
}

// Identity holds the rule of identity that is not fixed.
type Identity struct {
	MaxLinks int `yaml:"max_links" desc:"An identifier that appeared together with more others than this (devices do not count) is generic, such as a shared mailbox or a kiosk, and joins nobody (default 20)."`
}

// Journey holds the journey rules, which are tried in order before the default rules, and what journeys are told by.
type Journey struct {
	SilenceDays     int            `yaml:"silence_days" desc:"Silence that ends a journey, in days (default 30)."`
	RepeatHours     int            `yaml:"repeat_contact_hours" desc:"A contact with service so soon after a step counts against it; after another contact it is a repeated one (default 72)."`
	CriticalDays    int            `yaml:"critical_days" desc:"Critical moments are told from the journeys that began in so many days before the last of the data (default 365)."`
	CriticalMinimum int            `yaml:"critical_minimum" desc:"Customers below which no signal of a critical moment is tested (default 30)."`
	BuiltIn         bool           `yaml:"built_in" desc:"Whether the built-in rules follow those given here (default true). Without them check names the event types that no rule covers."`
	Rules           []journey.Rule `yaml:"rules" desc:"Rules tried in order before the built-in ones; the first match wins."`
}

// JourneyRules compiles the rules that hold. The error joins a *fault.Error of kind Invalid, at its line, for each mistake in them.
func (c *Config) JourneyRules() (*journey.Rules, error) {
	compile := journey.Only
	if c.Journey.BuiltIn {
		compile = journey.Extend
	}
	rules, err := compile(c.Journey.Rules)
	return rules, c.placed("journey.", err)
}

// placed gives each of the joined errors its file and line; prefix is what their fields lack.
func (c *Config) placed(prefix string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var errs []error
	for _, e := range joined.Unwrap() {
		var f *fault.Error
		if errors.As(e, &f) {
			e = c.invalid(prefix+f.Field, f.Err.Error(), f.Hint)
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// Attribution says which touches get credit for a conversion.
type Attribution struct {
	LookbackDays  int `yaml:"lookback_days" desc:"How long before a conversion a touch counts, in days (default 90)."`
	NonDirectDays int `yaml:"non_direct_days" desc:"How long a touch keeps the credit from later direct ones in last_non_direct, in days (default 30)."`
	HalfLifeDays  int `yaml:"half_life_days" desc:"Days in which the weight of a touch halves in time_decay (default 7)."`
}

// Source is one export of one system.
type Source struct {
	Name         string            `yaml:"name" desc:"Name of the source, unique: letters, digits, - and _." required:"true"`
	System       string            `yaml:"system" desc:"billing, ecb, email, ga4, hubspot, marketing, nbp, orders, salesforce, shopify, survey, targets or zendesk." required:"true"`
	Export       string            `yaml:"export" desc:"Which export of the system, e.g. events, Contact, tickets, responses, orders, rates." required:"true"`
	Location     string            `yaml:"location" desc:"s3://bucket/key or a path; * ? [..] {a,b} and ** match." required:"true"`
	Schedule     string            `yaml:"schedule" desc:"Cron expression with five fields, or @hourly and the like."`
	Missed       string            `yaml:"missed" desc:"What becomes of runs missed while nothing was there to run them (default last)." enum:"all,last,none"`
	MissedCap    int               `yaml:"missed_cap" desc:"How many runs missed: all makes up for (default 10)."`
	Overlap      string            `yaml:"overlap" desc:"What becomes of runs that fall due while the source is still being run (default skip)." enum:"skip,queue"`
	Jitter       string            `yaml:"jitter" desc:"Runs start up to this much after their time, each at a fixed offset, e.g. 5m."`
	FreshWithin  string            `yaml:"fresh_within" desc:"How old the newest loaded export may be, e.g. 26h; status and metrics hold it against this."`
	Timezone     string            `yaml:"timezone" desc:"IANA time zone of the schedule (default UTC) and of times without a zone (default: the top-level timezone)."`
	Mode         string            `yaml:"mode" desc:"full: the newest export replaces the older ones; incremental: merged by id." enum:"full,incremental"`
	Currency     string            `yaml:"currency" desc:"ISO 4217 currency of amounts that carry none."`
	Country      string            `yaml:"country" desc:"ISO 3166 alpha-2 country of national phone numbers; default is the top-level country."`
	Fields       map[string]string `yaml:"fields" desc:"Extra fields: source field → canonical column or attributes.NAME."`
	Encoding     string            `yaml:"encoding" desc:"Text encoding when it is not UTF-8 or UTF-16 with BOM, e.g. windows-1250."`
	Delimiter    string            `yaml:"delimiter" desc:"CSV delimiter when it cannot be recognised: a single character or tab."`
	DecimalComma bool              `yaml:"decimal_comma" desc:"Numbers are written as 1.234,56."`
	RejectLimit  float64           `yaml:"reject_limit" desc:"Share of rejected records above which an object is quarantined (default 0.05)."`
}

// Default returns the configuration that a file is laid over.
func Default() *Config {
	return &Config{
		Timezone: "UTC", Currency: "EUR",
		Resources:   Resources{ChunkMiB: 8, EngineMiB: 4096, Retry: "2m", Statement: "1h"},
		Service:     Service{FCRDays: 7},
		Customers:   Customers{ActiveDays: 365, Margin: 1, RecommendedBy: recommendations()},
		Identity:    Identity{MaxLinks: 20},
		Journey:     Journey{BuiltIn: true, SilenceDays: 30, RepeatHours: 72, CriticalDays: 365, CriticalMinimum: 30},
		Attribution: Attribution{LookbackDays: 90, NonDirectDays: 30, HalfLifeDays: 7},
	}
}

// DefaultRejectLimit is the share of rejected records that quarantines an object where a source states none.
const DefaultRejectLimit = 0.05

// Location returns the reporting time zone; Validate has checked it.
func (c *Config) Location() *time.Location {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Source returns the named source, or nil.
func (c *Config) Source(name string) *Source {
	for i := range c.Sources {
		if c.Sources[i].Name == name {
			return &c.Sources[i]
		}
	}
	return nil
}
