package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/fault"
	"waymark/load/clickhouse"
	"waymark/load/lake"
	"waymark/transform/models"
)

// inputsMark is the name, in the place of a partition, of the ledger entry that says from which inputs a model was
// last built.
const inputsMark = "*"

// modelSet is every model with the values of the query parameters.
type modelSet struct {
	list   []models.Model // inputs before their readers
	params map[string]string
}

func (r *Runner) models() (*modelSet, error) {
	list := r.Models
	if list == nil {
		var err error
		if list, err = models.Load(); err != nil {
			return nil, fmt.Errorf("read models: %w", err)
		}
	}
	params := models.Defaults()
	params["timezone"], params["currency"], params["schedule"] = r.Config.Timezone, r.Config.Currency, r.Config.Service.Schedule
	params["recommended_by"] = strings.ToLower(strings.Join(r.Config.Customers.RecommendedBy, "|"))
	j, a := r.Config.Journey, r.Config.Attribution
	for name, n := range map[string]int{
		"identity_max_links": r.Config.Identity.MaxLinks, "journey_silence_days": j.SilenceDays, "repeat_contact_hours": j.RepeatHours,
		"critical_days": j.CriticalDays, "critical_minimum": j.CriticalMinimum, "attribution_days": a.LookbackDays,
		"non_direct_days": a.NonDirectDays, "half_life_days": a.HalfLifeDays, "fcr_days": r.Config.Service.FCRDays,
		"active_days": r.Config.Customers.ActiveDays, "margin_permyriad": int(math.Round(r.Config.Customers.Margin * 10_000)),
	} {
		params[name] = strconv.Itoa(n)
	}
	return &modelSet{list: list, params: params}, nil
}

// table is the form that load/clickhouse builds.
func (s *modelSet) table(m *models.Model) clickhouse.Model {
	out := clickhouse.Model{Name: m.Name, Comment: m.Comment, PartitionBy: m.Partition, OrderBy: m.OrderBy, SQL: m.SQL}
	for _, c := range m.Columns {
		out.Columns = append(out.Columns, clickhouse.ModelColumn{Name: c.Name, Type: c.Type, Comment: c.Comment})
	}
	for _, p := range m.Params {
		out.Fingerprint += p.Name + "=" + s.params[p.Name] + "\n"
	}
	out.Iteration = iteration(m.Iteration)
	return out
}

func iteration(it *models.Iteration) *clickhouse.Iteration {
	if it == nil {
		return nil
	}
	blocks := func(in []models.Block) (out []clickhouse.Block) {
		for _, b := range in {
			out = append(out, clickhouse.Block(b))
		}
		return out
	}
	return &clickhouse.Iteration{Before: blocks(it.Before), Step: blocks(it.Step), Until: it.Until, After: blocks(it.After), Limit: it.Limit}
}

// targets maps every model to its published table.
func (s *modelSet) targets() map[string]clickhouse.Table {
	out := map[string]clickhouse.Table{}
	for i := range s.list {
		out[s.list[i].Name] = clickhouse.ModelTable(s.table(&s.list[i]))
	}
	return out
}

// inputs digests all that a model is a function of: its SELECT, its parameters and the published state of what it reads.
func (s *modelSet) inputs(m *models.Model, raw, marts lake.Ledger) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", m.Fingerprint(), clickhouse.RowHash)
	for _, p := range m.Params {
		fmt.Fprintf(h, "%s=%s\n", p.Name, s.params[p.Name])
	}
	for _, name := range m.Reads {
		digestTable(h, name, raw)
	}
	for _, name := range m.DependsOn {
		digestTable(h, name, marts)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func digestTable(h interface{ Write([]byte) (int, error) }, table string, l lake.Ledger) {
	fmt.Fprintf(h, "table %s\n", table)
	for _, key := range slices.Sorted(maps.Keys(l.Partitions)) {
		if tableOf(key) == table && !strings.HasSuffix(key, "/"+inputsMark) {
			e := l.Partitions[key]
			fmt.Fprintf(h, "%s %d %x\n", key, e.Rows, e.HashSum)
			if e.Files == doubted { // nothing was built from that
				fmt.Fprintln(h, doubted)
			}
		}
	}
}

// buildModels builds, tests and publishes the models whose inputs changed, inputs before readers, and then the views.
func (p *publisher) buildModels(ctx context.Context, set *modelSet, raw lake.Ledger, report *Report) error {
	p.Progress.Phase("model", len(set.list))
	p.marts = nil
	err := p.buildEach(ctx, set, raw, report)
	if p.unwritten && (err == nil || errors.Is(err, ErrStopped) || fault.Is(err, fault.Gate)) {
		if err := p.swapLedger(ctx); err != nil {
			return fmt.Errorf("record the models: %w", err)
		}
	}
	if err != nil {
		return err
	}
	if err := p.ensureViews(ctx, set); err != nil {
		return fmt.Errorf("create views: %w", err)
	}
	return nil
}

func (p *publisher) buildEach(ctx context.Context, set *modelSet, raw lake.Ledger, report *Report) error {
	for i := range set.list {
		if p.stopping() {
			return ErrStopped
		}
		m := &set.list[i]
		if err := p.buildModel(ctx, set, m, raw, report); err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
		p.Progress.Step(1)
	}
	return nil
}

// ensureViews creates the views of cx_bi unless they are as a run left them that wanted the same.
func (p *publisher) ensureViews(ctx context.Context, set *modelSet) error {
	views, err := biViews(set)
	if err != nil {
		return err
	}
	held, err := p.Warehouse.ViewsDigest(ctx)
	if err != nil {
		return err
	}
	wanted := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%v", views)))
	mark := clickhouse.BI + "/" + inputsMark
	if held != "" && p.ledger.Partitions[mark].Files == wanted+" "+held {
		return nil
	}
	if err := p.Warehouse.EnsureViews(ctx, views); err != nil {
		return err
	}
	if held, err = p.Warehouse.ViewsDigest(ctx); err != nil {
		return err
	}
	p.ledger.Partitions[mark] = lake.Entry{Files: wanted + " " + held, Generation: p.ledger.Partitions[mark].Generation + 1}
	return p.swapLedger(ctx)
}

func (p *publisher) buildModel(ctx context.Context, set *modelSet, m *models.Model, raw lake.Ledger, report *Report) error {
	inputs := set.inputs(m, raw, p.ledger)
	mark := m.Name + "/" + inputsMark
	if p.ledger.Partitions[mark].Files == inputs {
		return nil // reconcile has held the table against the ledger
	}
	started := p.Now()
	table := set.table(m)
	table.Empty = p.nothingFor(m, raw)
	if p.marts == nil {
		marts, err := p.Warehouse.DescribeMarts(ctx)
		if err != nil {
			return err
		}
		p.marts = marts
	}
	state, err := p.Warehouse.EnsureModel(ctx, table, p.marts)
	if err != nil {
		return err
	}
	if state.Created { // the table is empty, whatever the ledger says
		p.forgetTable(m.Name)
	}
	table.Restructured = state.Restructured
	table.Trusted = !state.Stale && p.holds(m.Name) // reconcile has held it against the ledger
	build := p.wholeModel
	if p.increments.able(m, state) {
		build = p.touchedModel
		if m.Refresh == models.ByKey {
			build = p.incrementModel
		}
	}
	if table.Empty && p.rows(m.Name) == 0 && !state.Restructured {
		build = p.emptyModel
	}
	out, err := build(ctx, modelTask{set, m, table, inputs}, report)
	if err == nil && state.Stale {
		err = p.Warehouse.MarkBuilt(ctx, table)
	}
	if err != nil {
		return err
	}
	// Written with whatever is written next: a model whose entry is lost is built again, and found to be as it is published.
	p.ledger.Partitions[mark] = lake.Entry{Files: inputs, Generation: p.ledger.Partitions[mark].Generation + 1}
	p.unwritten = true
	out.Seconds = p.Now().Sub(started).Seconds()
	p.Log.Debug().Str("model", out.Model).Float64("seconds", out.Seconds).Int64("rows", out.Rows).Int("partitions", out.Published).Msg("model is up to date")
	report.Models = append(report.Models, out)
	return nil
}

// nothingFor reports whether none of the inputs that the model needs holds a row: then the model is empty.
func (p *publisher) nothingFor(m *models.Model, raw lake.Ledger) bool {
	return !slices.ContainsFunc(m.Needs, func(t string) bool {
		if slices.Contains(m.Reads, t) && rowsOf(raw, t) > 0 {
			return true
		}
		return slices.Contains(m.DependsOn, t) && p.rows(t) > 0
	})
}

// emptyModel leaves a model empty.
func (p *publisher) emptyModel(_ context.Context, t modelTask, _ *Report) (ModelReport, error) {
	return ModelReport{Model: t.model.Name, Untouched: true}, nil
}

// modelTask is one model to build: as it is written, as the warehouse takes it, and the digest of its inputs.
type modelTask struct {
	set    *modelSet
	model  *models.Model
	table  clickhouse.Model
	inputs string
}

// wholeModel builds every row of a model, tests it and swaps the partitions that are not published like that already.
func (p *publisher) wholeModel(ctx context.Context, t modelTask, report *Report) (ModelReport, error) {
	m := t.model
	out := ModelReport{Model: m.Name}
	private, cancel := p.untilStop(ctx) // nobody sees a staging table
	defer cancel()
	staging, err := p.Warehouse.BuildModel(private, t.table, p.tag(), t.set.of(m.Params))
	if err != nil {
		return out, p.orStopped(err)
	}
	defer func() { _ = staging.Drop(context.WithoutCancel(ctx)) }()
	states, err := p.auditModel(private, t, staging, tested{staging.Table().SQL(), staging.Table().SQL()}, report)
	if err != nil {
		return out, p.orStopped(err)
	}
	if t.table.Restructured {
		out.Published = len(states)
		err := p.exchange(ctx, staging, t, states)
		out.Rows = p.rows(m.Name)
		return out, err
	}
	var swaps []swap
	for partition, s := range states {
		swaps = p.differing(swaps, m.Name, partition, t.inputs, s)
	}
	for key := range p.ledger.Partitions {
		_, partition, _ := strings.Cut(key, "/")
		if _, ok := states[partition]; tableOf(key) == m.Name && !ok && partition != inputsMark {
			swaps = p.differing(swaps, m.Name, partition, t.inputs, clickhouse.State{})
		}
	}
	if out.Published, err = p.swapModel(ctx, staging, swaps); err != nil {
		return out, err
	}
	out.Rows = p.rows(m.Name)
	return out, nil
}

// exchange publishes a model whose table has another structure than the published one: whole, in one statement. There is no journal: a
// crash before it changes nothing, and after one behind it the ledger no longer says what the table holds, so that it is built again.
func (p *publisher) exchange(ctx context.Context, staging *clickhouse.Staging, t modelTask, states clickhouse.States) error {
	if err := p.lease.Check(ctx); err != nil {
		return err
	}
	if p.increments != nil {
		p.increments.changed[t.model.Name], p.increments.whole[t.model.Name] = true, true
	}
	if err := staging.Exchange(ctx); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	p.forgetTable(t.model.Name)
	var swaps []swap
	for partition, s := range states {
		swaps = append(swaps, swap{partition: partition, key: t.model.Name + "/" + partition, files: t.inputs, state: s})
	}
	marks, err := p.confirm(ctx, staging.Target(), swaps)
	if err != nil {
		return err
	}
	return p.record(ctx, swaps, marks)
}

// auditModel says what was staged, and runs the data tests of the model before it is published: a failure is of kind Gate
// and stops the publish, a failed warning goes into the report.
func (p *publisher) auditModel(ctx context.Context, task modelTask, staging *clickhouse.Staging, on tested, report *Report) (clickhouse.States, error) {
	m := task.model
	tests := make([]clickhouse.DataTest, len(m.Tests))
	warn := map[string]bool{}
	for i := range m.Tests {
		t := &m.Tests[i]
		tests[i], warn[t.Name] = clickhouse.DataTest{Name: t.Name, SQL: on.of(t)}, t.Warn
	}
	states, failed, err := staging.Audit(ctx, tests, task.set.params)
	if err != nil {
		return nil, err
	}
	for _, result := range failed {
		message := fmt.Sprintf("data test %s: %d rows fail%s", result.Name, result.Failures, sample(result))
		if warn[result.Name] {
			report.Warnings = append(report.Warnings, fmt.Sprintf("model %s: %s", m.Name, message))
			continue
		}
		return nil, &fault.Error{Kind: fault.Gate, Err: fmt.Errorf("%s; the published table was left as it is", message),
			Hint: "look at the rows in the lake tables (waymark sql), mend the export or the rules, and run again"}
	}
	return states, nil
}

// sample spells the first failing row; marts hold no personal data.
func sample(r clickhouse.TestResult) string {
	if len(r.Sample) == 0 {
		return ""
	}
	var cells []string
	for i, v := range r.Sample[0] {
		cells = append(cells, r.Columns[i]+"="+v)
	}
	return " (e.g. " + strings.Join(cells, ", ") + ")"
}

// of returns the values of the given parameters: ClickHouse refuses those a statement does not use.
func (s *modelSet) of(params []models.Param) map[string]string {
	out := make(map[string]string, len(params))
	for _, p := range params {
		out[p.Name] = s.params[p.Name]
	}
	return out
}
