package fx

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/internal/fault"
	"waymark/schemas"
)

// The systems, as configurations and rows name them.
const (
	ECB = "ecb"
	NBP = "nbp"
)

// chunkBytes holds any publication whole.
const chunkBytes = 64 << 20

// table says how one bank publishes.
type table struct {
	pivot string // the bank's own currency
	// column reads a header: the currency, and the number of units it is quoted for. false is no currency.
	column func(head string) (currency string, units int64, ok bool)
	day    func(text []byte) (int64, schemas.Reason)
	// skip reports whether a line is no day: a heading, a summary.
	skip  func(line []byte) bool
	comma bool
	// outward is true when the pivot is what is priced: 1 EUR = 4.26 PLN; false: 100 HUF = 1.09 PLN.
	outward bool
}

// Exports returns ecb/rates and nbp/table_a.
func Exports() []extract.Export {
	return []extract.Export{export(ECB, "rates", &ecb), export(NBP, "table_a", &nbp)}
}

func export(system, name string, t *table) extract.Export {
	return extract.Export{
		System: system, Name: name, Tables: []*schemas.Table{schemas.FxRate},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			return open(ctx, in, opt, t)
		},
	}
}

// stream is one opened publication.
type stream struct {
	*csvscan.Stream
	t     *table
	rates []rate
	opt   extract.Options
}

// rate is a column of rates.
type rate struct {
	head     string
	col      int
	currency []byte
	units    int64
}

func open(ctx context.Context, in extract.Input, opt extract.Options, t *table) (*stream, error) {
	if len(opt.Fields) > 0 {
		return nil, fault.New(fault.Invalid, "exchange rates are read as published: they have no fields to map")
	}
	opt.ChunkBytes = chunkBytes
	if t == &nbp && opt.Encoding == "" {
		opt.Encoding = "windows-1250" // a byte order mark still wins; of UTF-8 without one only the names of currencies suffer
	}
	csv, err := csvscan.OpenObject(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	s := &stream{Stream: csv, t: t, opt: opt}
	if err := s.bind(csv.Header()); err != nil {
		return nil, errors.Join(err, csv.Close())
	}
	return s, nil
}

// bind finds the columns of rates; the first column is the day.
func (s *stream) bind(h *csvscan.Header) error {
	if h.Len() == 0 {
		return nil
	}
	if first := h.Names()[0]; !isDay(first) {
		return &extract.Quarantine{Reason: schemas.MissingRequired, Field: dayHead(s.t), Line: 1,
			Message: "the first column is not the day: this is not the bank's file of daily rates"}
	}
	for col, head := range h.Names()[1:] {
		if currency, units, ok := s.t.column(head); ok {
			s.rates = append(s.rates, rate{head, col + 1, []byte(currency), units})
		}
	}
	if len(s.rates) == 0 {
		return &extract.Quarantine{Reason: schemas.MissingRequired, Line: 1, Message: "the header names no currency"}
	}
	return nil
}

// News implements extract.Stream: every column is a currency or says nothing.
func (s *stream) News() extract.News { return extract.News{} }

func (s *stream) NewDecoder() extract.Decoder { return newDecoder(s) }
