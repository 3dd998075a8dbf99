package survey

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// System is the name of the system in configurations and rows.
const System = "survey"

// Exports returns the one export there is, responses.
func Exports() []extract.Export {
	return []extract.Export{{
		System: System, Name: "responses", Version: 1, Tables: []*schemas.Table{schemas.JourneyEvent},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			s, err := tabular.Open(ctx, in, opt, layout)
			if err != nil {
				return nil, err
			}
			if err := check(s); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			return stream{s}, nil
		},
	}}
}

// stream is one opened object.
type stream struct{ *tabular.Stream }

func (s stream) NewDecoder() extract.Decoder { return newDecoder(s.Stream) }

// check holds the header of a CSV to what a response cannot do without beside its layout's needs.
func check(s *tabular.Stream) error {
	some := false
	for _, n := range scored {
		some = some || !s.Lacks(n)
	}
	switch {
	case !some && s.Lacks(score):
		return s.Missing(score)
	case s.Lacks(kind) && !s.Lacks(score):
		return &extract.Quarantine{Reason: schemas.MissingRequired, Field: layout.Names[kind], Line: 1,
			Message: "the header has a score and no kind; map the column to score.nps, score.csat, score.ces or score.rating"}
	}
	return nil
}
