package pipeline

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"waymark/extract"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/schemas"
	"waymark/transform"
)

// lines decodes the object of m again and returns where the records start that give rows with these hashes.
func (r *Runner) lines(ctx context.Context, m *lake.Manifest, wanted map[uint64]bool) (map[uint64][]TracedLine, error) {
	i := slices.IndexFunc(r.Sources, func(s Source) bool { return s.Config.Name == m.Source })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "source %s is not configured", m.Source)
	}
	s := &r.Sources[i]
	st, err := r.openStore(ctx, s.Location)
	if err != nil {
		return nil, inSource(s, err)
	}
	it := Item{Source: s, URI: m.Object.URI, Info: object.Info{Key: m.Object.Key, Size: m.Object.Size, ETag: m.Object.ETag,
		VersionID: m.Object.VersionID, Modified: time.UnixMicro(m.Object.Modified)}}
	job := r.newTransformer().newJob(it)
	defer job.close()
	stream, err := s.Export.Open(ctx, job.input(st), s.Options(r.Config))
	if err != nil {
		return nil, inObject(it, err)
	}
	defer func() { _ = stream.Close() }() // it was only read
	sink := &lineSink{Finisher: transform.New(job.settings()), lines: map[*schemas.Table][]TracedLine{}}
	found := map[uint64][]TracedLine{}
	decoder := stream.NewDecoder()
	for {
		chunk, err := stream.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err == nil {
			err = sink.decode(ctx, decoder, chunk, wanted, found)
		}
		if err != nil {
			return nil, inObject(it, err)
		}
	}
}

// lineSink remembers where each row's record starts.
type lineSink struct {
	*transform.Finisher
	lines map[*schemas.Table][]TracedLine // parallel to the rows of the table's batch
}

// Emit finishes the row; one that the transform refuses leaves no row and so no line.
func (s *lineSink) Emit(row *schemas.Row) error {
	at, before := TracedLine{row.Line, row.Offset}, s.Counts().Rows
	if err := s.Finisher.Emit(row); err != nil {
		return err
	}
	if s.Counts().Rows > before {
		s.lines[row.Table] = append(s.lines[row.Table], at)
	}
	return nil
}

func (s *lineSink) decode(ctx context.Context, d extract.Decoder, c extract.Chunk, wanted map[uint64]bool, found map[uint64][]TracedLine) error {
	if c.Release != nil {
		defer c.Release()
	}
	if err := d.Decode(ctx, c, s); err != nil {
		return err
	}
	for _, b := range s.Batches() {
		if b.Table == schemas.RejectTable {
			continue
		}
		for i, h := range b.Cols[b.Table.HashCol].Int {
			at := s.lines[b.Table][i]
			if wanted[uint64(h)] && !slices.Contains(found[uint64(h)], at) {
				found[uint64(h)] = append(found[uint64(h)], at)
			}
		}
	}
	s.Reset()
	for t := range s.lines {
		s.lines[t] = s.lines[t][:0]
	}
	return nil
}
