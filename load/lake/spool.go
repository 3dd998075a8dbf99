package lake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/schemas"
)

// holdBlock is what a spool takes of memory at a time: to grow one long slice would copy what it holds and touch fresh memory again and again.
const holdBlock = 256 << 10

// uploads bounds how many files are hashed and written at once.
const uploads = 16

// Spool collects the row groups of one input object and makes its files. It serves one goroutine.
type Spool struct {
	dir    string
	memory int64
	held   [][]byte // what was added while there was memory for it, in blocks of holdBlock bytes
	file   *os.File // everything, once there was not
	size   int64
	files  map[fileID]*assembly
	tables map[*schemas.Table]*layout
	sealer *Encoder
}

type fileID struct {
	table string
	part  int32
}

// NewSpool returns a spool that holds up to memory bytes and the rest in a temporary file in dir ("" is the system's).
func NewSpool(dir string, memory int64) *Spool {
	return &Spool{dir: dir, memory: memory, files: map[fileID]*assembly{}, tables: map[*schemas.Table]*layout{}}
}

// Add appends row groups; calls must come in chunk order. It keeps nothing of groups but where they are.
func (s *Spool) Add(groups []RowGroup) error {
	for i := range groups {
		g := &groups[i]
		id := fileID{g.Table.Name, g.Part}
		a := s.files[id]
		if a == nil {
			a = newAssembly(g, s.layout(g.Table))
			s.files[id] = a
		}
		if err := a.add(s, *g); err != nil {
			return fmt.Errorf("spool rows of %s: %w", g.Table.Name, err)
		}
	}
	return nil
}

func (s *Spool) encoder() *Encoder {
	if s.sealer == nil {
		s.sealer = NewEncoder()
	}
	return s.sealer
}

func (s *Spool) layout(t *schemas.Table) *layout {
	if s.tables[t] == nil {
		s.tables[t] = layoutOf(t)
	}
	return s.tables[t]
}

// settle puts what tail holds behind pieces into the spool once it is worth a piece.
func (s *Spool) settle(pieces []piece, tail []byte) ([]piece, []byte, error) {
	if len(tail) < pieceBytes {
		return pieces, tail, nil
	}
	p, err := s.append(tail)
	return append(pieces, p), tail[:0], err
}

// append puts data at the end of the spool.
func (s *Spool) append(data []byte) (piece, error) {
	p := piece{s.size, int64(len(data))}
	s.size += p.size
	if s.file == nil && s.size <= s.memory {
		s.hold(data)
		return p, nil
	}
	if s.file == nil {
		if err := s.spill(); err != nil {
			return p, err
		}
	}
	_, err := s.file.Write(data)
	return p, err
}

// hold puts data behind what is held in memory.
func (s *Spool) hold(data []byte) {
	for len(data) > 0 {
		last := len(s.held) - 1
		if last < 0 { // most objects are small
			s.held = append(s.held, nil)
			continue
		}
		room := holdBlock - len(s.held[last])
		if room == 0 {
			s.held = append(s.held, make([]byte, 0, holdBlock))
			continue
		}
		n := min(room, len(data))
		s.held[last] = append(s.held[last], data[:n]...)
		data = data[n:]
	}
}

// spill moves what is held in memory to a temporary file.
func (s *Spool) spill() error {
	file, err := os.CreateTemp(s.dir, "waymark-spool-*")
	if err != nil {
		return err
	}
	_ = os.Remove(file.Name()) // where the system lets us: then a crash leaves nothing behind; Close tries again
	s.file = file
	for _, block := range s.held {
		if _, err := file.Write(block); err != nil {
			return err
		}
	}
	s.held = nil
	return nil
}

// readAt reads what was appended.
func (s *Spool) readAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	n := 0
	for n < len(p) {
		at := off + int64(n)
		block := int(at / holdBlock)
		if block >= len(s.held) || at%holdBlock >= int64(len(s.held[block])) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(p[n:], s.held[block][at%holdBlock:])
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
	encoders := make(chan *Encoder, runtime.GOMAXPROCS(0)) // nil until one is needed
	for range cap(encoders) {
		encoders <- nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploads)
	for i, a := range all {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			out, err := s.write(ctx, o, a, encoders)
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

func (s *Spool) write(ctx context.Context, o Objects, a *assembly, encoders chan *Encoder) (Output, error) {
	body, err := newFile(s, a, encoders)
	if err != nil {
		return Output{}, err
	}
	out := a.out
	digest, err := body.digest(ctx, a.digest, a.size)
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
