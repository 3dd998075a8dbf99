package lake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/schemas"
)

// uploads bounds how many files are hashed and written at once.
const uploads = 8

// Spool collects the row groups of one input object and makes its files. It serves one goroutine.
type Spool struct {
	dir    string
	memory int64
	held   []byte   // what was added while there was memory for it
	file   *os.File // everything, once there was not
	size   int64
	files  map[fileID]*assembly
}

type fileID struct {
	table string
	part  int32
}

// assembly is one file that is being put together.
type assembly struct {
	table  *schemas.Table
	part   int32
	out    Output
	groups []*RowGroup // without their data
	at     []int64     // where the data of each begins in the spool
}

// NewSpool returns a spool that holds up to memory bytes and the rest in a temporary file in dir ("" is the system's).
func NewSpool(dir string, memory int64) *Spool {
	return &Spool{dir: dir, memory: memory, files: map[fileID]*assembly{}}
}

// Add appends row groups; calls must come in chunk order. It keeps nothing of groups but small descriptions.
func (s *Spool) Add(groups []RowGroup) error {
	for i := range groups {
		g := groups[i]
		at := s.size
		if err := s.append(g.data); err != nil {
			return fmt.Errorf("spool rows of %s: %w", g.Table.Name, err)
		}
		g.data = nil
		id := fileID{g.Table.Name, g.Part}
		a := s.files[id]
		if a == nil {
			a = &assembly{table: g.Table, part: g.Part, out: Output{Table: g.Table.Name, Partition: g.Partition, MinTime: g.MinTime, MaxTime: g.MaxTime}}
			s.files[id] = a
		}
		a.groups, a.at = append(a.groups, &g), append(a.at, at)
		a.out.Rows += g.Rows
		a.out.HashSum += g.HashSum
		a.out.MinTime, a.out.MaxTime = min(a.out.MinTime, g.MinTime), max(a.out.MaxTime, g.MaxTime)
	}
	return nil
}

func (s *Spool) append(data []byte) error {
	s.size += int64(len(data))
	if s.file == nil {
		if s.size <= s.memory {
			s.held = append(s.held, data...)
			return nil
		}
		file, err := os.CreateTemp(s.dir, "waymark-spool-*")
		if err != nil {
			return err
		}
		os.Remove(file.Name()) // where the system lets us: then a crash leaves nothing behind; Close tries again
		s.file = file
		if _, err := file.Write(s.held); err != nil {
			return err
		}
		s.held = nil
	}
	_, err := s.file.Write(data)
	return err
}

// ReadAt reads what was added, in memory or not.
func (s *Spool) readAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	n := copy(p, s.held[off:])
	if n < len(p) {
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

// Finish writes one file per (table, partition) into o and returns them in order of table and partition. Files that
// are there already are left as they are. Nothing refers to them before a manifest does. It may be called again after
// an error.
func (s *Spool) Finish(ctx context.Context, o Objects) ([]Output, error) {
	all := make([]*assembly, 0, len(s.files))
	for _, a := range s.files {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *assembly) int {
		return cmp.Or(cmp.Compare(a.out.Table, b.out.Table), cmp.Compare(a.part, b.part))
	})
	outputs := make([]Output, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploads)
	for i, a := range all {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			out, err := s.write(ctx, o, a)
			if err != nil {
				return fmt.Errorf("write data file of %s %s: %w", a.out.Table, a.out.Partition, err)
			}
			outputs[i] = out
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return outputs, nil
}

func (s *Spool) write(ctx context.Context, o Objects, a *assembly) (Output, error) {
	body, err := newFile(s, a)
	if err != nil {
		return Output{}, err
	}
	out := a.out
	digest, err := body.digest(ctx)
	if err != nil {
		return Output{}, err
	}
	out.Bytes, out.Key = body.size, dataKey(out.Table, out.Partition, digest)
	_, err = o.Put(ctx, out.Key, body, body.size, object.Condition{IfAbsent: true})
	if err != nil && !fault.Is(err, fault.Conflict) { // a conflict: the same bytes are there already
		return Output{}, err
	}
	return out, nil
}

// Close releases the spool and its temporary file.
func (s *Spool) Close() error {
	s.held, s.files = nil, nil
	if s.file == nil {
		return nil
	}
	name := s.file.Name()
	err := s.file.Close()
	s.file = nil
	if rerr := os.Remove(name); rerr != nil && !os.IsNotExist(rerr) && err == nil {
		err = rerr
	}
	return err
}
