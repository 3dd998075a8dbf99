package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/load/clickhouse"
	"waymark/load/lake"
	"waymark/schemas"
)

// Difference is one partition that is not what the ledger or the lake says.
type Difference struct {
	Table     string `json:"table"`
	Partition string `json:"partition"`
	Problem   string `json:"problem"`

	held clickhouse.State // by the warehouse, as far as it can be read
}

// doubted stands for the files of a partition of which the ledger cannot say what the warehouse holds: whatever that is, readers keep
// it until the partition is replaced, or retired where nothing wants it.
const doubted = "unknown"

// replay finishes the publishes of a run that died between its journal entry and its record: where the staging table still holds
// what was meant, which had been audited, the swap is repeated (which is harmless) and recorded; where it is gone, but the warehouse holds
// what was meant, that is recorded. Of the others nobody knows whether they were swapped: compare counts them.
func (p *publisher) replay(ctx context.Context, targets map[string]clickhouse.Table) error {
	if len(p.ledger.Intents) == 0 {
		return nil
	}
	p.Log.Warn().Str("ledger", p.name).Int("partitions", len(p.ledger.Intents)).Msg("finishing a publish that was interrupted")
	for _, in := range p.ledger.Intents {
		done, err := p.finish(ctx, targets, in)
		if err != nil {
			return err
		}
		if old, known := p.ledger.Partitions[in.Partition]; known {
			old.Mark = "" // it is counted
			p.ledger.Partitions[in.Partition] = old
		}
		if done {
			p.enter(swap{key: in.Partition, files: in.Files, state: clickhouse.State{Rows: in.Rows, HashSum: in.HashSum}}, "")
			p.forget(tableOf(in.Partition) + "/" + inputsMark) // what a model was built from before does not say what it holds now
		}
	}
	p.ledger.Intents = nil
	return p.swapLedger(ctx)
}

// finish reports whether the warehouse holds what was meant, if need be by swapping it in again.
func (p *publisher) finish(ctx context.Context, targets map[string]clickhouse.Table, in lake.Intent) (bool, error) {
	target, ok := targets[tableOf(in.Partition)]
	if !ok {
		return false, nil
	}
	_, partition, _ := strings.Cut(in.Partition, "/")
	want := clickhouse.State{Rows: in.Rows, HashSum: in.HashSum}
	if in.Staging != "" {
		if done, err := p.repeat(ctx, target, in.Staging, partition, want); done || err != nil {
			return done, err
		}
	}
	got, err := p.Warehouse.PartitionStates(ctx, target, partition)
	if err != nil && ofTheTable(ctx, err) {
		return false, nil // compare says what is wrong with it
	}
	return err == nil && got[partition] == want, err
}

// repeat swaps a partition again if the staging table holds what was meant, and reports whether it did. A staging table that cannot be
// read or swapped, as one that another version made, says no more than one that is gone.
func (p *publisher) repeat(ctx context.Context, target clickhouse.Table, staging, partition string, want clickhouse.State) (bool, error) {
	done, err := p.swapAgain(ctx, target, staging, partition, want)
	if err != nil && ofTheTable(ctx, err) {
		p.Log.Warn().Err(err).Str("table", target.Name).Str("partition", partition).Msg("an interrupted publish cannot be finished")
		return false, nil
	}
	return done, err
}

func (p *publisher) swapAgain(ctx context.Context, target clickhouse.Table, staging, partition string, want clickhouse.State) (bool, error) {
	s, err := p.Warehouse.AttachStaging(ctx, target, staging)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("attach staging %s: %w", staging, err)
	}
	states, err := s.State(ctx)
	if err != nil {
		return false, fmt.Errorf("read staging %s: %w", staging, err)
	}
	if states[partition] != want {
		return false, nil
	}
	if err := p.lease.Current(); err != nil {
		return false, err
	}
	if err := s.Replace(ctx, partition); err != nil {
		return false, fmt.Errorf("repeat the publish of %s: %w", partition, err)
	}
	return true, nil
}

// stock is what the server's own lists say of one database, before a row is read.
type stock struct {
	tables []string
	marks  map[string]clickhouse.Marks // by table; a table without rows has none
}

// stocks reads each database of the targets once.
func (p *publisher) stocks(ctx context.Context, targets map[string]clickhouse.Table) (map[string]stock, error) {
	out := map[string]stock{}
	for _, t := range targets {
		if _, ok := out[t.Database]; ok {
			continue
		}
		tables, err := p.Warehouse.ListTables(ctx, t.Database)
		if err != nil {
			return nil, err
		}
		marks, err := p.Warehouse.PartMarks(ctx, t.Database, "")
		if err != nil {
			return nil, err
		}
		out[t.Database] = stock{tables, marks}
	}
	return out, nil
}

// rightlyEmpty reports whether a table holds no row and, by the ledger, none is missing: no statement needs to look into it.
func (p *publisher) rightlyEmpty(table string, s stock) bool {
	_, built := p.ledger.Partitions[table+"/"+inputsMark]
	return len(s.marks[table]) == 0 && len(p.published(table)) == 0 && (!built || slices.Contains(s.tables, table))
}

// compare holds every partition of the targets against the ledger, by count and sum of row hashes. With suspectsOnly it leaves
// out those whose files in the warehouse are still the ones that were counted and summed when they were published: at the
// start of a run, whose cost must not grow with what is stored.
func (p *publisher) compare(ctx context.Context, targets map[string]clickhouse.Table, suspectsOnly bool) ([]Difference, error) {
	stocks, err := p.stocks(ctx, targets)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		t := targets[name]
		marks := stocks[t.Database].marks[name]
		var partitions []string
		if suspectsOnly {
			if partitions = p.suspects(name, marks); len(partitions) == 0 && len(marks) > 0 {
				continue
			}
		}
		if p.rightlyEmpty(name, stocks[t.Database]) {
			continue
		}
		diffs, err := p.compareTable(ctx, t, partitions)
		if err != nil {
			return nil, err
		}
		if suspectsOnly && len(diffs) == 0 {
			p.trust(name, marks)
		}
		out = append(out, diffs...)
	}
	return out, nil
}

// suspects names the partitions of a table whose mark is not the one in the ledger.
func (p *publisher) suspects(table string, marks clickhouse.Marks) []string {
	var out []string
	for partition, e := range p.published(table) {
		if e.Mark == "" || marks[partition] != e.Mark {
			out = append(out, partition)
		}
	}
	for partition := range marks {
		if p.ledger.Partitions[table+"/"+partition].Rows == 0 {
			out = append(out, partition)
		}
	}
	slices.Sort(out)
	return out
}

// trust notes the marks of partitions that hold what the ledger says.
func (p *publisher) trust(table string, marks clickhouse.Marks) {
	for partition, e := range p.published(table) {
		e.Mark = marks[partition]
		p.ledger.Partitions[table+"/"+partition] = e
	}
}

// published returns the partitions of a table that the ledger says have rows.
func (p *publisher) published(table string) map[string]lake.Entry {
	out := map[string]lake.Entry{}
	for key, e := range p.ledger.Partitions {
		if name, partition, _ := strings.Cut(key, "/"); name == table && partition != inputsMark && e.Rows > 0 {
			out[partition] = e
		}
	}
	return out
}

// compareTable compares the named partitions of one table, all of them when none is named.
func (p *publisher) compareTable(ctx context.Context, t clickhouse.Table, partitions []string) ([]Difference, error) {
	read := t
	if p.whole {
		read = t.Thorough()
	}
	got, err := p.Warehouse.PartitionStates(ctx, read, partitions...)
	if fault.Is(err, fault.NotFound) {
		if _, built := p.ledger.Partitions[t.Name+"/"+inputsMark]; built {
			return []Difference{{Table: t.Name, Partition: inputsMark, Problem: "the table is missing in the warehouse"}}, nil
		}
	} else if err != nil {
		return p.unreadable(ctx, t, partitions, fmt.Errorf("read %s: %w", t, err))
	}
	want := clickhouse.States{}
	for partition, e := range p.published(t.Name) {
		if len(partitions) == 0 || slices.Contains(partitions, partition) {
			want[partition] = clickhouse.State{Rows: e.Rows, HashSum: e.HashSum}
		}
	}
	return differences(t.Name, want, got), nil
}

// unreadable tells of a table that cannot be read with err, partition by partition: its files may be damaged, or it is of another structure.
func (p *publisher) unreadable(ctx context.Context, t clickhouse.Table, partitions []string, err error) ([]Difference, error) {
	if !ofTheTable(ctx, err) {
		return nil, err
	}
	if len(partitions) == 0 {
		partitions = slices.Collect(maps.Keys(p.published(t.Name)))
	}
	if len(partitions) == 1 {
		return []Difference{{Table: t.Name, Partition: partitions[0], Problem: "cannot be read: " + err.Error()}}, nil
	}
	var out []Difference
	for _, partition := range slices.Sorted(slices.Values(partitions)) {
		diffs, err := p.compareTable(ctx, t, []string{partition})
		if err != nil {
			return nil, err
		}
		out = append(out, diffs...)
	}
	return out, nil
}

// ofTheTable reports whether err is the table's own: one that may pass, or is about rights, is not.
func ofTheTable(ctx context.Context, err error) bool {
	kind := fault.KindOf(err)
	return ctx.Err() == nil && kind != fault.Transient && kind != fault.Auth && kind != fault.Conflict
}

func differences(table string, want, got clickhouse.States) []Difference {
	names := map[string]bool{}
	for n := range want {
		names[n] = true
	}
	for n := range got {
		names[n] = true
	}
	var out []Difference
	for _, n := range slices.Sorted(maps.Keys(names)) {
		w, g := want[n], got[n]
		problem := ""
		switch {
		case w == g:
			continue
		case g.Rows == 0:
			problem = fmt.Sprintf("missing in the warehouse: the ledger says %d rows", w.Rows)
		case w.Rows == 0:
			problem = fmt.Sprintf("not in the ledger: the warehouse holds %d rows", g.Rows)
		case w.Rows != g.Rows:
			problem = fmt.Sprintf("the ledger says %d rows, the warehouse holds %d", w.Rows, g.Rows)
		default:
			problem = fmt.Sprintf("the %d rows are not those of the ledger (hash %x, not %x)", g.Rows, g.HashSum, w.HashSum)
		}
		out = append(out, Difference{table, n, problem, g})
	}
	return out
}

// reconcile makes the ledger say of which partitions nobody knows what the warehouse holds, before anything is planned from it. Readers
// keep what they see: it is replaced when the partition is published anew.
func (p *publisher) reconcile(ctx context.Context, targets map[string]clickhouse.Table) error {
	if err := p.replay(ctx, targets); err != nil {
		return err
	}
	diffs, err := p.compare(ctx, targets, !p.thorough)
	if err != nil || len(diffs) == 0 {
		return err
	}
	for _, d := range diffs {
		p.Log.Warn().Str("table", d.Table).Str("partition", d.Partition).Str("problem", d.Problem).Msg("partition will be rebuilt")
		p.doubt(d)
	}
	return p.swapLedger(ctx)
}

// doubt makes the next publish replace a partition, or retire it. The volume guard goes on from what was last recorded.
func (p *publisher) doubt(d Difference) {
	p.forget(d.Table + "/" + inputsMark)
	if d.Partition == inputsMark {
		return // the table is missing
	}
	key := d.Table + "/" + d.Partition
	e, known := p.ledger.Partitions[key]
	if !known {
		e.Rows, e.HashSum = d.held.Rows, d.held.HashSum
	}
	e.Files, e.Mark = doubted, ""
	p.ledger.Partitions[key] = e
}

// dropLeftovers removes the staging tables of earlier runs, and tables that were half replaced; it comes after replay, which may
// still need the former.
func (p *publisher) dropLeftovers(ctx context.Context) error {
	names, err := p.Warehouse.ListStagings(ctx)
	if err != nil {
		return fmt.Errorf("list staging tables: %w", err)
	}
	for _, n := range names {
		if err := p.lease.Current(); err != nil { // they would be the next holder's
			return err
		}
		if err := p.Warehouse.DropStaging(ctx, n); err != nil {
			return fmt.Errorf("drop staging %s: %w", n, err)
		}
	}
	return p.Warehouse.DropHalfReplaced(ctx)
}

// rawTargets maps every lake table to its published table.
func rawTargets() map[string]clickhouse.Table {
	out := map[string]clickhouse.Table{}
	for _, t := range schemas.Tables() {
		out[t.Name] = clickhouse.RawTable(t)
	}
	return out
}
