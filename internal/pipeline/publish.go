package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/load/clickhouse"
	"waymark/load/lake"
	"waymark/schemas"
)

// rawLedger and martLedger name the two ledgers: of lake tables and of models.
const (
	rawLedger  = "raw"
	martLedger = "mart"
)

// guardRows is the number of rows from which on a partition that loses more than half of them stops the publish.
const guardRows = 50

// publisher holds the lease and one ledger, and swaps partitions.
type publisher struct {
	*Runner
	lease      Lease
	name       string // of the ledger
	ledger     lake.Ledger
	etag       string
	seq        int
	whole      bool             // comparing reads every column, not only what the sums are of
	unwritten  bool             // the ledger has entries of models that are not stored yet
	increments *increments      // what this try has changed; nil where nothing is published
	marts      clickhouse.Marts // how this try found the models' tables; nil before it needs to know
}

func (r *Runner) newPublisher(ctx context.Context, lease Lease, ledger string) (*publisher, error) {
	l, etag, err := r.Lake.ReadLedger(ctx, ledger)
	if err != nil {
		return nil, err
	}
	return &publisher{Runner: r, lease: lease, name: ledger, ledger: l, etag: etag, whole: r.thorough}, nil
}

// tag makes the names of this run's staging tables unique.
func (p *publisher) tag() string {
	p.seq++
	return fmt.Sprintf("e%d_%s_%d", p.lease.Epoch(), p.name, p.seq)
}

func (p *publisher) swapLedger(ctx context.Context) error {
	p.ledger.Epoch = p.lease.Epoch()
	etag, err := p.Lake.SwapLedger(ctx, p.name, p.ledger, p.etag)
	if err != nil {
		return err
	}
	p.etag, p.unwritten = etag, false
	return nil
}

// publishRaw rebuilds the changed partitions of the lake tables. A batch in which the books contradict themselves is tried once more
// when the others are published: a statement that supersedes both may be among these.
func (p *publisher) publishRaw(ctx context.Context, list []Change, report *Report) error {
	p.Progress.Phase("publish", len(list))
	first := batches(list)
	var again [][]Change
	for i, batch := range first {
		err := p.publishNext(ctx, batch, report)
		if errors.Is(err, clickhouse.ErrContradiction) && i+1 < len(first) {
			again = append(again, batch)
			continue
		}
		if err != nil {
			return err
		}
	}
	for _, batch := range again {
		if err := p.publishNext(ctx, batch, report); err != nil {
			return err
		}
	}
	return nil
}

func (p *publisher) publishNext(ctx context.Context, batch []Change, report *Report) error {
	if p.stopping() {
		return ErrStopped
	}
	name := batch[0].Table.Name
	if err := p.publishBatch(ctx, batch, report.table(name)); err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	p.Progress.Step(len(batch))
	return nil
}

// publishBatch stages, audits and swaps partitions of one table (LOAD_PROTOCOL 5 to 9).
func (p *publisher) publishBatch(ctx context.Context, batch []Change, report *TableReport) error {
	table := batch[0].Table
	staging, err := p.Warehouse.NewStaging(ctx, table, p.tag())
	if err != nil {
		return fmt.Errorf("create staging: %w", err)
	}
	defer func() { _ = staging.Drop(context.WithoutCancel(ctx)) }() // after a failure too: nothing refers to it then
	loaded, resolved, err := p.stage(ctx, staging, batch)
	if err != nil {
		return p.orStopped(err)
	}
	swaps := make([]swap, len(batch))
	for i, c := range batch {
		swaps[i] = swap{partition: c.Partition, key: c.Key(), files: c.FileSet, state: resolved[c.Partition]}
		report.Duplicates += loaded[c.Partition].Rows - resolved[c.Partition].Rows
	}
	if err := p.guard(table.Name, swaps); err != nil {
		return err
	}
	done, err := p.swap(ctx, staging, swaps)
	for _, s := range done {
		if s.state.Rows == 0 {
			report.Dropped++
		} else {
			report.Published++
			report.Rows += s.state.Rows
		}
	}
	return err
}

// stage fills staging, holds it against the manifests and resolves duplicates; it returns what it held before and after that.
// Nobody sees a staging table, so a run that is asked to stop breaks this off.
func (p *publisher) stage(ctx context.Context, staging *clickhouse.Staging, batch []Change) (loaded, resolved clickhouse.States, err error) {
	ctx, cancel := p.untilStop(ctx)
	defer cancel()
	if err := p.load(ctx, staging, batch); err != nil {
		return nil, nil, err
	}
	want := clickhouse.States{}
	for _, c := range batch {
		for _, f := range c.Files {
			s := want[c.Partition]
			want[c.Partition] = clickhouse.State{Rows: s.Rows + f.Rows, HashSum: s.HashSum + f.HashSum}
		}
	}
	if loaded, err = staging.State(ctx); err != nil {
		return nil, nil, fmt.Errorf("audit staging: %w", err)
	}
	if bad := clickhouse.Mismatch(want, loaded); bad != "" {
		return nil, nil, fault.New(fault.Internal, "audit staging: partition %s holds %d rows (hash %x), its manifests say %d (%x)",
			bad, loaded[bad].Rows, loaded[bad].HashSum, want[bad].Rows, want[bad].HashSum)
	}
	changed, err := staging.Resolve(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("resolve duplicates: %w", err)
	}
	if len(changed) == 0 {
		return loaded, loaded, nil
	}
	if resolved, err = staging.State(ctx); err != nil {
		return nil, nil, fmt.Errorf("audit staging: %w", err)
	}
	return loaded, resolved, nil
}

// orStopped is ErrStopped for what failed because the run was asked to stop.
func (r *Runner) orStopped(err error) error {
	if err != nil && r.stopping() {
		return ErrStopped
	}
	return err
}

// A server takes many small files as one at the price of one. What is joined is held in memory, twice: one is decoded by
// the server while the next one is gathered.
const (
	smallFile   = 4 << 20  // files above it go alone
	packBytes   = 32 << 20 // of files that go together
	packFiles   = 1024
	packsAtOnce = 2
)

// packs groups the files of a batch into what is sent together.
func packs(batch []Change) (out [][]lake.Output) {
	var pack []lake.Output
	var bytes int64
	for _, c := range batch {
		for _, f := range c.Files {
			if f.Bytes > smallFile {
				out = append(out, []lake.Output{f})
				continue
			}
			if len(pack) == packFiles || bytes+f.Bytes > packBytes {
				out, pack, bytes = append(out, pack), nil, 0
			}
			pack, bytes = append(pack, f), bytes+f.Bytes
		}
	}
	if len(pack) > 0 {
		out = append(out, pack)
	}
	return out
}

// load fills staging with the files of the batch.
func (p *publisher) load(ctx context.Context, staging *clickhouse.Staging, batch []Change) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(packsAtOnce)
	for _, pack := range packs(batch) {
		group.Go(func() error { return p.loadPack(ctx, staging, pack) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("load staging: %w", err)
	}
	return nil
}

// loadPack sends files as they are. Over the native protocol, which takes no Parquet, and where a file is older than a
// column of its table (joining refuses it, or the server does before the first row), they are decoded here and their
// columns are sent.
func (p *publisher) loadPack(ctx context.Context, staging *clickhouse.Staging, pack []lake.Output) error {
	if p.Warehouse.AcceptsParquet() {
		name := pack[0].Key
		if len(pack) > 1 {
			name = fmt.Sprintf("%s and %d more", name, len(pack)-1)
		}
		err := staging.Load(ctx, name, func(ctx context.Context) (io.ReadCloser, error) { return p.Lake.OpenFiles(ctx, pack) })
		if !fault.Is(err, fault.SchemaDrift) {
			return err
		}
	}
	for _, f := range pack {
		if err := p.readFile(ctx, f, func(b *schemas.Batch) error { return staging.LoadBatch(ctx, b) }); err != nil {
			return err
		}
	}
	return nil
}

// guard refuses a publish in which a partition loses more than half of its rows.
func (p *publisher) guard(table string, swaps []swap) error {
	if p.AcceptLoss || table == schemas.RejectTable.Name {
		return nil
	}
	for _, s := range swaps {
		old := p.ledger.Partitions[s.key]
		if old.Rows >= guardRows && s.state.Rows*2 < old.Rows && !p.stray(s) {
			return &fault.Error{Kind: fault.Gate, Err: fmt.Errorf("partition %s would shrink from %d to %d rows", s.key, old.Rows, s.state.Rows),
				Hint: "look at the exports; if the loss is right, run again with --accept-loss"}
		}
	}
	return nil
}

// stray reports whether a partition was put into the warehouse by somebody else: it was never published, and no file wants it. By a
// ledger that never published anything all of the warehouse would be such; then more likely the lake is the wrong one.
func (p *publisher) stray(s swap) bool {
	old := p.ledger.Partitions[s.key]
	return old.Files == doubted && old.Generation == 0 && s.files == "" && p.publishedEver()
}

func (p *publisher) publishedEver() bool {
	for _, e := range p.ledger.Partitions {
		if e.Generation > 0 {
			return true
		}
	}
	return false
}

// swap is one partition to be replaced by what staging holds; a state without rows means that it is dropped.
type swap struct {
	partition, key, files string
	state                 clickhouse.State
}

// swap journals the intents, replaces the partitions one by one, verifies them and records them in the ledger. It returns
// those it recorded: not all of them when it was asked to stop (ErrStopped) and put the partition in hand to its end.
func (p *publisher) swap(ctx context.Context, staging *clickhouse.Staging, swaps []swap) ([]swap, error) {
	var full []string
	for _, s := range swaps {
		if s.state.Rows > 0 {
			full = append(full, s.partition)
		}
	}
	if len(full) > 0 {
		if err := staging.Optimize(ctx, full...); err != nil {
			return nil, fmt.Errorf("merge staging to one part: %w", err)
		}
	}
	if err := p.lease.Check(ctx); err != nil {
		return nil, err
	}
	if err := p.note(ctx, staging, swaps); err != nil {
		return nil, err
	}
	if err := p.journal(ctx, staging.Name(), swaps); err != nil {
		return nil, err
	}
	done := 0
	for _, s := range swaps {
		if p.stopping() {
			break
		}
		if err := p.replace(ctx, staging, s); err != nil {
			return nil, fmt.Errorf("replace partition %s: %w", s.key, err)
		}
		done++
	}
	marks, err := p.confirm(ctx, staging.Target(), swaps[:done])
	if err != nil {
		return nil, err
	}
	if err := p.record(ctx, swaps[:done], marks); err != nil {
		return nil, err
	}
	if done < len(swaps) {
		return swaps[:done], ErrStopped
	}
	return swaps, nil
}

// journal writes what is about to be replaced to the ledger, from which replay finishes it after a crash.
func (p *publisher) journal(ctx context.Context, staging string, swaps []swap) error {
	p.ledger.Intents = nil
	for _, s := range swaps {
		intent := lake.Intent{Epoch: p.lease.Epoch(), Partition: s.key, Files: s.files, Rows: s.state.Rows, HashSum: s.state.HashSum}
		if s.state.Rows > 0 {
			intent.Staging = staging
		}
		p.ledger.Intents = append(p.ledger.Intents, intent)
	}
	if err := p.swapLedger(ctx); err != nil {
		return fmt.Errorf("journal the publish: %w", err)
	}
	return nil
}

// replace makes one partition what was staged for it. A holder that was suspended past its lease stops here; should it be
// suspended after this check, the statement fails, because the next holder has dropped the staging table.
func (p *publisher) replace(ctx context.Context, staging *clickhouse.Staging, s swap) error {
	if err := p.lease.Current(); err != nil {
		return err
	}
	if s.state.Rows == 0 {
		return staging.Retire(ctx, s.partition)
	}
	return staging.Replace(ctx, s.partition)
}

// confirm holds the target against what was staged. It returns the marks that the partitions had before they were
// counted, so that what changes later shows.
func (p *publisher) confirm(ctx context.Context, target clickhouse.Table, swaps []swap) (clickhouse.Marks, error) {
	if len(swaps) == 0 {
		return nil, nil
	}
	names, want := make([]string, len(swaps)), clickhouse.States{}
	for i, s := range swaps {
		names[i] = s.partition
		if s.state.Rows > 0 {
			want[s.partition] = s.state
		}
	}
	marks, err := p.Warehouse.PartMarks(ctx, target.Database, target.Name)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	got, err := p.Warehouse.PartitionStates(ctx, target, names...)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if bad := clickhouse.Mismatch(want, got); bad != "" {
		return nil, fault.New(fault.Internal, "verify %s: partition %s holds %d rows (hash %x), %d (%x) were staged",
			target, bad, got[bad].Rows, got[bad].HashSum, want[bad].Rows, want[bad].HashSum)
	}
	return marks[target.Name], nil
}

// record writes the swapped partitions to the ledger and clears the intents.
func (p *publisher) record(ctx context.Context, swaps []swap, marks clickhouse.Marks) error {
	for _, s := range swaps {
		p.enter(s, marks[s.partition])
	}
	p.ledger.Intents = nil
	if err := p.swapLedger(ctx); err != nil {
		return fmt.Errorf("record the publish: %w", err)
	}
	return nil
}

// enter makes the ledger say what a swap did.
func (p *publisher) enter(s swap, mark string) {
	if s.state.Rows == 0 && s.files == "" {
		p.forget(s.key)
		return
	}
	p.ledger.Partitions[s.key] = lake.Entry{Files: s.files, Rows: s.state.Rows, HashSum: s.state.HashSum, Mark: mark,
		Generation: p.ledger.Partitions[s.key].Generation + 1, PublishedAt: p.Now().UnixMicro()}
}

// forget removes an entry of the ledger.
func (p *publisher) forget(key string) { delete(p.ledger.Partitions, key) }

func (p *publisher) forgetTable(table string) {
	maps.DeleteFunc(p.ledger.Partitions, func(key string, _ lake.Entry) bool { return tableOf(key) == table })
}

// holds reports whether the ledger knows what a table holds.
func (p *publisher) holds(table string) bool {
	some := false
	for key, e := range p.ledger.Partitions {
		if tableOf(key) == table && !strings.HasSuffix(key, "/"+inputsMark) {
			if e.Files == doubted {
				return false
			}
			some = true
		}
	}
	return some
}

func tableOf(key string) string {
	table, _, _ := strings.Cut(key, "/")
	return table
}
