package lake

import (
	"crypto/sha256"
	"fmt"
	"hash"

	"waymark/schemas"
)

// Loose rows of a partition become a row group when there are sealRows or sealBytes of them; pieceBytes of each partition are
// held in memory before they go to the spool, so that thousands of partitions make few small pieces.
const (
	sealRows   = 1 << 15
	sealBytes  = 8 << 20
	pieceBytes = 8 << 10
)

// assembly is one file that is being put together: row groups in the order they came or were sealed, and the loose
// rows that are left. A large object has thousands of row groups, so that what the footer says of them is in the spool as well.
type assembly struct {
	table  *schemas.Table
	layout *layout
	part   int32
	out    Output      // without key and size
	groups []piece     // the data of the row groups
	size   int64       // of the file up to their end
	digest hash.Cloner // SHA-256 of that: taken as they come, while all cores are busy, and not at the end, when few are

	described []piece // what the footer says of the row groups
	describe  []byte  // and of the newest ones, not yet in the spool

	loose      []piece // of loose rows in the spool
	looseTail  []byte  // the newest loose rows, not yet in the spool
	looseCount int64   // rows of both
	looseSize  int64   // bytes of both
}

func newAssembly(g *RowGroup, l *layout) *assembly {
	a := &assembly{table: g.Table, layout: l, part: g.Part, out: Output{Table: g.Table.Name, Partition: g.Partition}, size: int64(len(magic)),
		digest: sha256.New().(hash.Cloner)}
	_, _ = a.digest.Write([]byte(magic)) // never fails
	return a
}

// piece is a stretch of the spool.
type piece struct{ at, size int64 }

// add takes a row group into the file.
func (a *assembly) add(s *Spool, g RowGroup) error {
	if a.out.Rows == 0 {
		a.out.MinTime, a.out.MaxTime = g.MinTime, g.MaxTime
	}
	a.out.Rows += g.Rows
	a.out.HashSum += g.HashSum
	a.out.MinTime, a.out.MaxTime = min(a.out.MinTime, g.MinTime), max(a.out.MaxTime, g.MaxTime)
	if g.columns != nil {
		return a.spool(s, g)
	}
	return a.addLoose(s, &g)
}

func (a *assembly) spool(s *Spool, g RowGroup) error {
	data, err := s.append(g.data)
	if err != nil {
		return err
	}
	_, _ = a.digest.Write(g.data) // never fails
	a.describe = appendRowGroup(a.describe, a.layout, &g, a.size)
	a.groups, a.size = append(a.groups, data), a.size+data.size
	a.described, a.describe, err = s.settle(a.described, a.describe)
	return err
}

func (a *assembly) addLoose(s *Spool, g *RowGroup) error {
	a.looseTail = append(a.looseTail, g.data...)
	a.looseCount += g.Rows
	a.looseSize += int64(len(g.data))
	if a.looseCount >= sealRows || a.looseSize >= sealBytes {
		group, err := a.seal(s, s.encoder())
		if err != nil {
			return err
		}
		a.loose, a.looseTail, a.looseCount, a.looseSize = a.loose[:0], a.looseTail[:0], 0, 0
		return a.spool(s, group)
	}
	var err error
	a.loose, a.looseTail, err = s.settle(a.loose, a.looseTail)
	return err
}

// seal encodes the loose rows as a row group and leaves them as they are.
func (a *assembly) seal(s *Spool, e *Encoder) (RowGroup, error) {
	data := make([]byte, a.looseSize)
	rest := data
	for _, p := range a.loose {
		if _, err := s.readAt(rest[:p.size], p.at); err != nil {
			return RowGroup{}, fmt.Errorf("read spooled rows: %w", err)
		}
		rest = rest[p.size:]
	}
	copy(rest, a.looseTail)
	if e.batch == nil || e.batch.Table != a.table {
		e.batch = schemas.NewBatch(a.table)
	}
	e.batch.Reset()
	if err := readLoose(e.batch, data, a.part); err != nil {
		return RowGroup{}, err
	}
	return e.whole(e.batch)
}
