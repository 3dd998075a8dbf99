package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waymark/load/clickhouse"
	"waymark/load/lake"
	"waymark/transform/models"
)

// increments is what one try of a publish has changed so far: with it a model that was built from everything published
// when the try began is brought up to date by building the rows that the changes touch. It is never stored. After a
// crash, a retry or a change of the model nobody can tell what changed since, and the model is built whole.
type increments struct {
	wanted  map[string]bool             // tables whose deltas some model reads
	current map[string]bool             // models built from what was published at the start
	changed map[string]bool             // tables that were published since
	whole   map[string]bool             // of these, the ones without a delta: too much changed
	deltas  map[string]clickhouse.Table // of these, the rows they lost and got
}

// Beyond these a delta costs more than it saves.
const (
	deltaPartitions = 2000
	deltaRows       = 10_000_000 // where it is also more than half of the table; some seconds and 200 MiB to compare
)

func newIncrements(set *modelSet, raw, marts lake.Ledger) *increments {
	x := &increments{wanted: map[string]bool{}, current: map[string]bool{}, changed: map[string]bool{}, whole: map[string]bool{}, deltas: map[string]clickhouse.Table{}}
	for i := range set.list {
		m := &set.list[i]
		x.current[m.Name] = marts.Partitions[m.Name+"/"+inputsMark].Files == set.inputs(m, raw, marts)
		for _, t := range m.Touched {
			for _, input := range t.Deltas {
				x.wanted[input] = true
			}
		}
	}
	return x
}

// note records that the swaps are about to change their table. It comes before they do.
func (p *publisher) note(ctx context.Context, staging *clickhouse.Staging, swaps []swap) error {
	x, name := p.increments, tableOf(swaps[0].key)
	x.changed[name] = true
	if !x.wanted[name] || x.whole[name] {
		return nil
	}
	if p.tooMuch(name, staging, swaps) || slices.ContainsFunc(swaps, p.doubtful) {
		x.whole[name] = true
		return nil
	}
	if _, ok := x.deltas[name]; !ok {
		delta, err := p.Warehouse.NewDelta(ctx, staging.Target(), p.tag())
		if err != nil {
			return err
		}
		x.deltas[name] = delta
	}
	partitions := make([]string, len(swaps))
	for i, s := range swaps {
		partitions[i] = s.partition
	}
	err := staging.Differ(ctx, x.deltas[name], partitions)
	if err != nil && ofTheTable(ctx, err) { // damage that nobody knew of: what is there is replaced without having been read
		p.Log.Warn().Err(err).Str("table", name).Msg("models that read it are built whole")
		x.whole[name], err = true, nil
	}
	return err
}

// doubtful reports whether nobody knows what a swap replaces, or can read it. Models that were built from that are built whole in any case
// (digestTable), so nothing is lost by giving no delta.
func (p *publisher) doubtful(s swap) bool { return p.ledger.Partitions[s.key].Files == doubted }

// tooMuch reports whether the swaps make a table new rather than change it. Of a model built for keys only their rows count: the others
// were copied.
func (p *publisher) tooMuch(name string, staging *clickhouse.Staging, swaps []swap) bool {
	var before, now int64
	for key, e := range p.ledger.Partitions {
		if tableOf(key) == name && !strings.HasSuffix(key, "/"+inputsMark) {
			before += e.Rows
		}
	}
	for _, s := range swaps {
		now += s.state.Rows
	}
	if built, ok := staging.Built(); ok {
		now = min(now, built)
	}
	return before == 0 || len(swaps) > deltaPartitions || now > deltaRows && 2*now > before
}

// able reports whether what changed can be narrowed down to what the model says touches it.
func (x *increments) able(m *models.Model, state clickhouse.ModelState) bool {
	if len(m.Touched) == 0 || !x.current[m.Name] || state.Created || state.Stale {
		return false
	}
	return !slices.ContainsFunc(slices.Concat(m.Reads, m.DependsOn), func(input string) bool {
		return x.changed[input] && (x.whole[input] || !m.Covers(input))
	})
}

// delta is the quoted name of the table that holds an input's changes, "" when there are none.
func (x *increments) delta(input string) string {
	if t, ok := x.deltas[input]; ok {
		return t.SQL()
	}
	return ""
}

// drop removes the deltas; what a crash or a failure leaves of them goes with the other leftovers.
func (x *increments) drop(ctx context.Context, w *clickhouse.Warehouse) {
	for _, t := range x.deltas {
		_ = w.DropStaging(ctx, t.Name)
	}
}

// touchedModel builds a model whole if this try's changes touch it, and else leaves it as it is.
func (p *publisher) touchedModel(ctx context.Context, t modelTask, report *Report) (ModelReport, error) {
	m := t.model
	if sql := m.Keys(p.increments.delta); sql != "" {
		private, cancel := p.untilStop(ctx)
		defer cancel()
		touched, err := p.Warehouse.Touches(private, m.Name, sql, t.set.of(m.TouchedParams()))
		if err != nil {
			return ModelReport{}, p.orStopped(err)
		}
		if touched {
			return p.wholeModel(ctx, t, report)
		}
	}
	return ModelReport{Model: m.Name, Untouched: true, Rows: p.rows(m.Name)}, nil
}

// incrementModel builds and publishes the rows of a model that this try's changes touch.
func (p *publisher) incrementModel(ctx context.Context, t modelTask, report *Report) (out ModelReport, err error) {
	m := t.model
	out = ModelReport{Model: m.Name, ByKey: true}
	private, cancel := p.untilStop(ctx) // nobody sees a staging table
	defer cancel()
	if sql := m.Keys(p.increments.delta); sql != "" {
		keys, n, err := p.Warehouse.TouchedKeys(private, m.Name, p.tag(), sql, t.set.of(m.TouchedParams()))
		defer func() { _ = p.Warehouse.DropStaging(context.WithoutCancel(ctx), keys.Name) }()
		if err != nil {
			return out, p.orStopped(err)
		}
		if out.Keys = n; n > 0 {
			if out.Published, err = p.publishIncrement(ctx, t, keys, report); err != nil {
				return out, err
			}
		}
	}
	out.Rows = p.rows(m.Name)
	return out, nil
}

// publishIncrement builds, tests and swaps the partitions in which rows of the keys changed; it returns how many changed.
func (p *publisher) publishIncrement(ctx context.Context, t modelTask, keys clickhouse.Table, report *Report) (int, error) {
	m := t.model
	inc := clickhouse.Increment{Key: m.Key, Keys: keys, SQL: m.ForKeys(keys.SQL(), p.increments.delta)}
	private, cancel := p.untilStop(ctx)
	defer cancel()
	staging, partitions, err := p.Warehouse.BuildIncrement(private, t.table, inc, p.tag(), t.set.of(m.Params))
	if err != nil {
		return 0, p.orStopped(err)
	}
	defer func() { _ = staging.Drop(context.WithoutCancel(ctx)) }()
	whole, err := staging.Whole(partitions)
	if err != nil {
		return 0, err
	}
	states, err := p.auditModel(private, t, staging, tested{staging.Table().SQL(), whole}, report)
	if err != nil {
		return 0, p.orStopped(err)
	}
	var swaps []swap
	for _, partition := range partitions {
		swaps = p.differing(swaps, m.Name, partition, t.inputs, states[partition])
	}
	return p.swapModel(ctx, staging, swaps)
}

// rows counts the published rows of a table by the ledger.
func (p *publisher) rows(table string) int64 { return rowsOf(p.ledger, table) }

func rowsOf(l lake.Ledger, table string) (n int64) {
	for key, e := range l.Partitions {
		if tableOf(key) == table && !strings.HasSuffix(key, "/"+inputsMark) {
			n += e.Rows
		}
	}
	return n
}

// tested is how data tests name the table under test: the rows that were built, and the table as it will be.
type tested struct{ built, whole string }

func (t tested) of(test *models.Test) string {
	if test.Whole {
		return test.Query(t.whole)
	}
	return test.Query(t.built)
}

// differing adds the swap of a model's partition unless it is published like that.
func (p *publisher) differing(swaps []swap, name, partition, inputs string, state clickhouse.State) []swap {
	key := name + "/" + partition
	old, ok := p.ledger.Partitions[key]
	switch {
	case state.Rows == 0 && !ok, ok && old.Files != doubted && old.Rows == state.Rows && old.HashSum == state.HashSum:
		return swaps
	case state.Rows == 0:
		return append(swaps, swap{partition: partition, key: key})
	}
	return append(swaps, swap{partition: partition, key: key, files: inputs, state: state})
}

// swapModel swaps what differs, in order of the partitions, and counts it.
func (p *publisher) swapModel(ctx context.Context, staging *clickhouse.Staging, swaps []swap) (int, error) {
	if len(swaps) == 0 {
		return 0, nil
	}
	slices.SortFunc(swaps, func(a, b swap) int { return strings.Compare(a.key, b.key) })
	done, err := p.swap(ctx, staging, swaps)
	if err != nil {
		err = fmt.Errorf("publish: %w", err)
	}
	return len(done), err
}
