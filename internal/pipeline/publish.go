package pipeline

import (
	"context"
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
	lease  *Lease
	name   string // of the ledger
	ledger lake.Ledger
	etag   string
	seq    int
}

func (r *Runner) newPublisher(ctx context.Context, lease *Lease, ledger string) (*publisher, error) {
	l, etag, err := r.Lake.ReadLedger(ctx, ledger)
	if err != nil {
		return nil, err
	}
	return &publisher{Runner: r, lease: lease, name: ledger, ledger: l, etag: etag}, nil
}

// tag makes the names of this run's staging tables unique.
func (p *publisher) tag() string {
	p.seq++
	return fmt.Sprintf("e%d_%s_%d", p.lease.Epoch, p.name, p.seq)
}

func (p *publisher) swapLedger(ctx context.Context) error {
	p.ledger.Epoch = p.lease.Epoch
	etag, err := p.Lake.SwapLedger(ctx, p.name, p.ledger, p.etag)
	if err != nil {
		return err
	}
	p.etag = etag
	return nil
}

// publishRaw rebuilds the changed partitions of the lake tables.
func (p *publisher) publishRaw(ctx context.Context, list []Change) ([]TableReport, error) {
	p.Progress.Phase("publish", len(list))
	var out []TableReport
	for _, batch := range batches(list) {
		if p.stopping() {
			return out, ErrStopped
		}
		if len(out) == 0 || out[len(out)-1].Table != batch[0].Table.Name {
			out = append(out, TableReport{Table: batch[0].Table.Name})
		}
		if err := p.publishBatch(ctx, batch, &out[len(out)-1]); err != nil {
			return out, fmt.Errorf("publish %s: %w", batch[0].Table.Name, err)
		}
		p.Progress.Step(len(batch))
	}
	return out, nil
}

// publishBatch stages, audits and swaps partitions of one table (LOAD_PROTOCOL 5 to 9).
func (p *publisher) publishBatch(ctx context.Context, batch []Change, report *TableReport) error {
	table := batch[0].Table
	staging, err := p.Warehouse.NewStaging(ctx, table, p.tag())
	if err != nil {
		return fmt.Errorf("create staging: %w", err)
	}
	defer func() { _ = staging.Drop(context.WithoutCancel(ctx)) }() // after a failure too: nothing refers to it then
	if err := p.load(ctx, staging, batch); err != nil {
		return err
	}
	want := clickhouse.States{}
	for _, c := range batch {
		for _, f := range c.Files {
			s := want[c.Partition]
			want[c.Partition] = clickhouse.State{Rows: s.Rows + f.Rows, HashSum: s.HashSum + f.HashSum}
		}
	}
	loaded, err := staging.State(ctx)
	if err != nil {
		return fmt.Errorf("audit staging: %w", err)
	}
	if bad := clickhouse.Mismatch(want, loaded); bad != "" {
		return fault.New(fault.Internal, "audit staging: partition %s holds %d rows (hash %x), its manifests say %d (%x)",
			bad, loaded[bad].Rows, loaded[bad].HashSum, want[bad].Rows, want[bad].HashSum)
	}
	if _, err := staging.Resolve(ctx); err != nil {
		return fmt.Errorf("resolve duplicates: %w", err)
	}
	resolved, err := staging.State(ctx)
	if err != nil {
		return fmt.Errorf("audit staging: %w", err)
	}
	swaps := make([]swap, len(batch))
	for i, c := range batch {
		swaps[i] = swap{partition: c.Partition, key: c.Key(), files: c.FileSet, state: resolved[c.Partition]}
		report.Duplicates += loaded[c.Partition].Rows - resolved[c.Partition].Rows
	}
	if err := p.guard(table.Name, swaps); err != nil {
		return err
	}
	if err := p.swap(ctx, staging, swaps); err != nil {
		return err
	}
	for _, s := range swaps {
		if s.state.Rows == 0 {
			report.Dropped++
		} else {
			report.Published++
			report.Rows += s.state.Rows
		}
	}
	return nil
}

// load fills staging with the files of the batch, two at a time: one decodes while the other one is sent.
func (p *publisher) load(ctx context.Context, staging *clickhouse.Staging, batch []Change) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for _, c := range batch {
		for _, f := range c.Files {
			group.Go(func() error {
				if p.Warehouse.AcceptsParquet() {
					return staging.Load(ctx, f.Key, func(ctx context.Context) (io.ReadCloser, error) { return p.Lake.OpenFile(ctx, f.Key) })
				}
				// The native protocol takes no Parquet: the file is decoded here and its columns are sent.
				return p.readFile(ctx, f, func(b *schemas.Batch) error { return staging.LoadBatch(ctx, b) })
			})
		}
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("load staging: %w", err)
	}
	return nil
}

// guard refuses a publish in which a partition loses more than half of its rows.
func (p *publisher) guard(table string, swaps []swap) error {
	if p.AcceptLoss || table == schemas.RejectTable.Name {
		return nil
	}
	for _, s := range swaps {
		old := p.ledger.Partitions[s.key].Rows
		if old >= guardRows && s.state.Rows*2 < old {
			return &fault.Error{Kind: fault.Gate, Err: fmt.Errorf("partition %s would shrink from %d to %d rows", s.key, old, s.state.Rows),
				Hint: "look at the exports; if the loss is right, run again with --accept-loss"}
		}
	}
	return nil
}

// swap is one partition to be replaced by what staging holds; a state without rows means that it is dropped.
type swap struct {
	partition, key, files string
	state                 clickhouse.State
}

// swap journals the intents, replaces the partitions one by one, verifies them and records them in the ledger.
func (p *publisher) swap(ctx context.Context, staging *clickhouse.Staging, swaps []swap) error {
	var full []string
	for _, s := range swaps {
		if s.state.Rows > 0 {
			full = append(full, s.partition)
		}
	}
	if len(full) > 0 {
		if err := staging.Optimize(ctx, full...); err != nil {
			return fmt.Errorf("merge staging to one part: %w", err)
		}
	}
	if err := p.lease.Check(ctx); err != nil {
		return err
	}
	p.ledger.Intents = nil
	for _, s := range swaps {
		intent := lake.Intent{Epoch: p.lease.Epoch, Partition: s.key, Files: s.files, Rows: s.state.Rows, HashSum: s.state.HashSum}
		if s.state.Rows > 0 {
			intent.Staging = staging.Name()
		}
		p.ledger.Intents = append(p.ledger.Intents, intent)
	}
	if err := p.swapLedger(ctx); err != nil {
		return fmt.Errorf("journal the publish: %w", err)
	}
	want := clickhouse.States{}
	for _, s := range swaps {
		var err error
		if s.state.Rows == 0 {
			err = p.Warehouse.DropPartition(ctx, staging.Target(), s.partition)
		} else {
			want[s.partition] = s.state
			err = staging.Replace(ctx, s.partition)
		}
		if err != nil {
			return fmt.Errorf("replace partition %s: %w", s.key, err)
		}
	}
	if err := p.confirm(ctx, staging.Target(), swaps, want); err != nil {
		return err
	}
	return p.record(ctx, swaps)
}

// confirm holds the target against what was staged.
func (p *publisher) confirm(ctx context.Context, target clickhouse.Table, swaps []swap, want clickhouse.States) error {
	names := make([]string, len(swaps))
	for i, s := range swaps {
		names[i] = s.partition
	}
	got, err := p.Warehouse.PartitionStates(ctx, target, names...)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if bad := clickhouse.Mismatch(want, got); bad != "" {
		return fault.New(fault.Internal, "verify %s: partition %s holds %d rows (hash %x), %d (%x) were staged",
			target, bad, got[bad].Rows, got[bad].HashSum, want[bad].Rows, want[bad].HashSum)
	}
	return nil
}

// record writes the swapped partitions to the ledger and clears the intents.
func (p *publisher) record(ctx context.Context, swaps []swap) error {
	for _, s := range swaps {
		if s.state.Rows == 0 && s.files == "" {
			delete(p.ledger.Partitions, s.key)
			continue
		}
		old := p.ledger.Partitions[s.key]
		p.ledger.Partitions[s.key] = lake.Entry{Files: s.files, Rows: s.state.Rows, HashSum: s.state.HashSum, Generation: old.Generation + 1}
	}
	p.ledger.Intents = nil
	if err := p.swapLedger(ctx); err != nil {
		return fmt.Errorf("record the publish: %w", err)
	}
	return nil
}

// forget removes the ledger's entry of a partition that the warehouse does not hold as recorded: it will be rebuilt.
func (p *publisher) forget(key string) { delete(p.ledger.Partitions, key) }

func (p *publisher) forgetTable(table string) {
	maps.DeleteFunc(p.ledger.Partitions, func(key string, _ lake.Entry) bool { return tableOf(key) == table })
}

// holds reports whether the ledger knows what a table holds.
func (p *publisher) holds(table string) bool {
	for key := range p.ledger.Partitions {
		if tableOf(key) == table && !strings.HasSuffix(key, "/"+inputsMark) {
			return true
		}
	}
	return false
}

func tableOf(key string) string {
	table, _, _ := strings.Cut(key, "/")
	return table
}
