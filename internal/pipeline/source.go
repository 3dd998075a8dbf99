package pipeline

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"waymark/configs"
	"waymark/extract"
	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/schemas"
	"waymark/transform/journey"
)

// CodeVersion is part of every fingerprint: it is raised when what all exports share would give other rows of the same
// input and configuration, so that everything is transformed anew. An export that alone changes has a Version of its
// own. TestRowsChangeWithTheirVersion fails where neither was thought of.
const CodeVersion = 1

// Source is a configured source, bound to its export and its place.
type Source struct {
	Config      configs.Source
	Export      extract.Export
	Location    store.Location
	Full        bool   // the newest object replaces the older ones
	Fingerprint string // of the code and the configuration that its rows depend on
}

// Bind resolves every source of cfg. The error joins a *fault.Error per source that cannot be bound. What Validate
// tells is not told again.
func Bind(cfg *configs.Config) ([]Source, error) {
	var out []Source
	var errs []error
	rules, err := cfg.JourneyRules()
	if err != nil {
		rules = journey.Default() // Validate tells of the rules; the sources are looked at all the same
	}
	for i, sc := range cfg.Sources {
		if sc.System == "" || sc.Export == "" || sc.Location == "" {
			continue // Validate says so
		}
		s, err := bind(cfg, sc, rules)
		key := "export"
		if errors.Is(err, errLocation) {
			key = "location"
		}
		if err == nil {
			key, err = s.checkOptions(cfg)
		}
		if err != nil {
			path := fmt.Sprintf("sources[%d].%s", i, key)
			errs = append(errs, &fault.Error{Kind: fault.Invalid, Object: cfg.File, Line: int64(cfg.Line(path)), Field: path,
				Err: err, Hint: fault.HintOf(err)})
			continue
		}
		out = append(out, s)
	}
	return out, errors.Join(errs...)
}

var errLocation = errors.New("location is not usable")

func bind(cfg *configs.Config, sc configs.Source, rules *journey.Rules) (Source, error) {
	export, err := FindExport(sc.System, sc.Export)
	if err != nil {
		return Source{}, err
	}
	location, err := store.ParseLocation(sc.Location)
	if err != nil {
		return Source{}, fmt.Errorf("%w: %w", errLocation, err)
	}
	full := sc.Mode == "full" || sc.Mode == "" && export.FullByDefault
	return Source{Config: sc, Export: export, Location: location, Full: full, Fingerprint: fingerprint(cfg, sc, export, rules)}, nil
}

// fingerprint covers everything besides the object that the rows depend on. The privacy key enters through a check
// value that does not reveal it.
func fingerprint(cfg *configs.Config, sc configs.Source, export extract.Export, rules *journey.Rules) string {
	mac := hmac.New(sha256.New, []byte(cfg.Privacy.Key))
	mac.Write([]byte("waymark key check"))
	var columns []string
	place := "" // entities have no stage: the journey rules do not touch them
	for _, t := range export.Tables {
		if t == schemas.JourneyEvent {
			place = rules.Fingerprint(export.System, export.Name)
		}
		columns = append(columns, t.Name)
		for _, c := range t.Columns {
			columns = append(columns, fmt.Sprintf("%s %d %t", c.Name, c.Type, c.Nullable))
		}
	}
	text, _ := json.Marshal([]any{CodeVersion, export.Version, export.System, export.Name, columns, place, cfg.Timezone,
		hex.EncodeToString(mac.Sum(nil)[:8]), sc.Timezone, sc.Currency, sc.Country, sc.Fields, sc.Encoding, sc.Delimiter,
		sc.DecimalComma, sc.RejectLimit})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Options returns the extract options of s.
func (s *Source) Options(cfg *configs.Config) extract.Options {
	o := extract.Options{Fields: s.Config.Fields, Currency: s.Config.Currency, DecimalComma: s.Config.DecimalComma,
		Encoding: s.Config.Encoding, Country: s.Config.Country, TimeZone: cmp.Or(s.Config.Timezone, cfg.Location().String()), ChunkBytes: cfg.Resources.ChunkMiB << 20}
	if s.Config.Delimiter == "tab" {
		o.Delimiter = '\t'
	} else if s.Config.Delimiter != "" {
		o.Delimiter = s.Config.Delimiter[0]
	}
	return o
}
