package salesforce

import (
	"context"
	"errors"
	"slices"
	"strings"

	"waymark/extract"
	"waymark/extract/csvscan"
	"waymark/extract/field"
)

// stream is one opened export of an object.
type stream struct {
	*csvscan.Stream
	object   *object
	opt      extract.Options
	format   field.Format
	modified int64
	cols     []int // by slot: the sources, then the mapped columns
	mappings []mapping
	news     []string
}

func open(ctx context.Context, o *object, in extract.Input, opt extract.Options) (*stream, error) {
	format, err := field.NewFormat(opt)
	if err != nil {
		return nil, err
	}
	csv, err := csvscan.OpenObject(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	s := &stream{Stream: csv, object: o, opt: opt, modified: in.Modified, format: format}
	if err := s.bind(csv.Header()); err != nil {
		return nil, errors.Join(err, csv.Close())
	}
	return s, nil
}

// bind finds the columns in the header.
func (s *stream) bind(h *csvscan.Header) error {
	if h.Len() == 0 {
		return s.bindMappings(h)
	}
	for _, r := range append([]src{srcID}, s.object.required...) {
		if h.Col(srcNames[r]) < 0 {
			return h.Missing(srcNames[r])
		}
	}
	s.cols = make([]int, srcCount)
	for i := range s.cols {
		s.cols[i] = -1
	}
	for _, r := range s.object.sources() {
		s.cols[r] = h.Col(srcNames[r])
	}
	if err := s.bindMappings(h); err != nil {
		return err
	}
	s.news = s.newColumns(h)
	return nil
}

// newColumns names the columns that nothing reads and nobody has seen.
func (s *stream) newColumns(h *csvscan.Header) []string {
	known := map[string]bool{}
	for _, name := range strings.Fields(s.object.ignored) {
		known[strings.ToLower(name)] = true
	}
	var news []string
	for i, name := range h.Names() {
		if name != "" && !known[strings.ToLower(name)] && !slices.Contains(s.cols, i) {
			news = append(news, name)
		}
	}
	slices.Sort(news)
	return news
}

func (s *stream) News() extract.News          { return extract.News{Columns: s.news} }
func (s *stream) NewDecoder() extract.Decoder { return newDecoder(s) }
