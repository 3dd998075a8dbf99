package survey

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/extract/field"
	"waymark/schemas"
)

// System is the name of the system in configurations and rows.
const System = "survey"

// Exports returns the one export there is, responses.
func Exports() []extract.Export {
	return []extract.Export{{
		System: System, Name: "responses", Tables: []*schemas.Table{schemas.JourneyEvent},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			return open(ctx, in, opt)
		},
	}}
}

// stream is one opened object.
type stream struct {
	*csvscan.Stream
	opt      extract.Options
	format   field.Format
	modified int64
	columns
}

func open(ctx context.Context, in extract.Input, opt extract.Options) (*stream, error) {
	format, err := field.NewFormat(opt)
	if err != nil {
		return nil, err
	}
	csv, err := csvscan.OpenObject(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	s := &stream{Stream: csv, opt: opt, modified: in.Modified, format: format}
	if s.columns, err = bind(csv.Header(), opt.Fields); err != nil {
		return nil, errors.Join(err, csv.Close())
	}
	return s, nil
}

func (s *stream) News() extract.News          { return extract.News{Columns: s.news} }
func (s *stream) NewDecoder() extract.Decoder { return newDecoder(s) }
