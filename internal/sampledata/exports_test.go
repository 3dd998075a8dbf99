package sampledata

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"waymark/configs"
	"waymark/extract"
	"waymark/extract/billing"
	"waymark/extract/email"
	"waymark/extract/fx"
	"waymark/extract/ga4"
	"waymark/extract/marketing"
	"waymark/extract/orders"
	"waymark/extract/salesforce"
	"waymark/extract/store"
	"waymark/extract/survey"
	"waymark/extract/targets"
	"waymark/extract/zendesk"
	"waymark/schemas"
)

func key(name string) (string, bool) { return strings.Repeat("k", 32), name == "WAYMARK_KEY" }

// TestTheDecodersReadTheFiles runs every configured source over its files: as many records as the truth says, none
// rejected but the planted ones, no column that Waymark does not know.
func TestTheDecodersReadTheFiles(t *testing.T) {
	m := mustGenerate(t, Options{Seed: 7, Scale: 0.02, Malformed: 3})
	cfg, err := configs.Parse("waymark.yaml", Config(ConfigOptions{Exports: "/exports", Lake: "./lake", Warehouse: "embedded:./warehouse"}), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Sources) != len(m.truth.Sources) {
		t.Errorf("%d sources are configured, %d have files", len(cfg.Sources), len(m.truth.Sources))
	}
	read := map[string]bool{}
	for _, s := range cfg.Sources {
		t.Run(s.Name, func(t *testing.T) { readSource(t, m, s, read) })
	}
	for name := range m.files {
		if !read[name] && name != TruthFile {
			t.Errorf("no source reads %s", name)
		}
	}
}

func readSource(t *testing.T, m made, s configs.Source, read map[string]bool) {
	t.Helper()
	loc, err := store.ParseLocation(s.Location)
	if err != nil {
		t.Fatal(err)
	}
	opt := extract.Options{
		Fields: s.Fields, Currency: s.Currency, DecimalComma: s.DecimalComma, Encoding: s.Encoding, Country: s.Country, TimeZone: s.Timezone,
	}
	if s.Delimiter != "" {
		opt.Delimiter = s.Delimiter[0]
	}
	var records, rejects int64
	want := m.truth.Sources[s.Name]
	for name, data := range m.files {
		if !loc.Match(strings.TrimPrefix("/exports/"+name, loc.Dir+"/")) {
			continue
		}
		read[name] = true
		if strings.Contains(name, "intraday") {
			continue
		}
		got := &sink{drafts: map[*schemas.Table]*schemas.Row{}}
		unknown, err := got.read(t.Context(), export(t, s), data, opt)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		records += got.records
		rejects += int64(len(got.rejects))
		if int64(len(got.rejects)) > want.Rejected {
			t.Errorf("%s: %+v", name, got.rejects[0])
		}
		if len(unknown) > 0 {
			t.Errorf("%s has columns that Waymark does not know: %q", name, unknown)
		}
	}
	if records != want.Records || rejects != want.Rejected {
		t.Errorf("%d records and %d rejects, truth says %d and %d", records, rejects, want.Records, want.Rejected)
	}
}

func export(t *testing.T, s configs.Source) extract.Export {
	t.Helper()
	all := append([]extract.Export{ga4.Events()}, salesforce.Exports()...)
	for _, more := range [][]extract.Export{survey.Exports(), zendesk.Exports(), billing.Exports(), email.Exports(), fx.Exports(), marketing.Exports(), orders.Exports(), targets.Exports()} {
		all = append(all, more...)
	}
	for _, e := range all {
		if e.System == s.System && e.Name == s.Export {
			return e
		}
	}
	t.Fatalf("no export %s/%s", s.System, s.Export)
	return extract.Export{}
}

// sink counts.
type sink struct {
	drafts  map[*schemas.Table]*schemas.Row
	records int64
	rows    int64
	rejects []schemas.Reject
}

func (k *sink) Row(table *schemas.Table) *schemas.Row {
	if k.drafts[table] == nil {
		k.drafts[table] = schemas.NewRow(table)
	}
	k.drafts[table].Reset()
	return k.drafts[table]
}

func (k *sink) Emit(*schemas.Row) error       { k.rows++; return nil }
func (k *sink) Reject(r schemas.Reject) error { k.rejects = append(k.rejects, r); return nil }
func (k *sink) Records(n int64)               { k.records += n }

func (k *sink) read(ctx context.Context, e extract.Export, data []byte, opt extract.Options) (unknown []string, err error) {
	s, err := e.Open(ctx, extract.Input{Name: "test", Size: int64(len(data)), Modified: 1, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}, opt)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	d := s.NewDecoder()
	for {
		c, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			return s.News().Columns, nil
		}
		if err != nil {
			return nil, err
		}
		if err := d.Decode(ctx, c, k); err != nil {
			return nil, err
		}
		if c.Release != nil {
			c.Release()
		}
	}
}
