package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/schemas"
)

// ErrNothingInRange means that no object has rows in the days of a backfill.
var ErrNothingInRange = errors.New("no object has rows in these days")

// Days is a range of reporting days, both ends included, as they name partitions: 2026-01-31.
type Days struct{ From, To string }

// ParseDays reads two days.
func ParseDays(from, to string) (Days, error) {
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return Days{}, fault.New(fault.Invalid, "%q is not a day: use the form 2026-01-31", day)
		}
	}
	if from > to {
		return Days{}, fault.New(fault.Invalid, "the range begins on %s, after its end on %s", from, to)
	}
	return Days{from, to}, nil
}

func (d Days) has(partition string) bool { return d.From <= partition && partition <= d.To }

// covers reports whether rows of m lie in the range; tables without days do not count.
func (d Days) covers(m *lake.Manifest) bool {
	return slices.ContainsFunc(m.Outputs, func(o lake.Output) bool {
		t := schemas.TableByName(o.Table)
		return t != nil && t != schemas.RejectTable && t.Partition == schemas.ByDay && d.has(o.Partition)
	})
}

// backfillBatch is the number of objects after which progress is kept.
const backfillBatch = 32

// Backfill reads every object again that has rows in the days, and publishes these days again; readers see each
// partition as it was until it is replaced. It may be interrupted: a second call with the same range, sources and
// configuration leaves out the objects that the first one finished.
func (r *Runner) Backfill(ctx context.Context, days Days, names []string) (*Report, error) {
	chosen, err := r.selected(names)
	if err != nil {
		return nil, err
	}
	if err := r.checkLedgers(ctx); err != nil {
		return nil, err
	}
	before, err := r.leases().State(ctx)
	if err != nil {
		return nil, err
	}
	reading, cancel := r.untilStop(ctx)
	defer cancel()
	found, failures := r.discoverAll(reading, chosen)
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	report := r.begin()
	todo := days.items(found, report)
	if len(todo) == 0 {
		return nil, &fault.Error{Kind: fault.NotFound, Err: ErrNothingInRange, Hint: "waymark status shows what is loaded"}
	}
	done, err := r.readBackfill(ctx, days, chosen)
	if err != nil {
		return nil, err
	}
	committed, err := r.backfillObjects(reading, todo, done)
	if err != nil {
		failures = append(failures, err)
	}
	c := holdings{rebuild: days.rebuild(chosen), epoch: before.Epoch}
	for _, d := range found {
		report.Sources = append(report.Sources, d.report(committed))
		c.current = append(c.current, d.current(committed)...)
	}
	if ctx.Err() != nil {
		return report, ctx.Err()
	}
	if r.stopping() {
		return report, ErrStopped
	}
	if err := r.others(ctx, found, &c); err != nil {
		return report, err
	}
	written := slices.SortedFunc(maps.Values(committed), byURI)
	if err := r.publish(ctx, c, written, failures, report); err != nil {
		return report, err
	}
	return report, r.LakeObjects.Delete(ctx, done.key)
}

// items returns the work of a backfill: listed objects whose current rows, or those of the version before, lie in the
// range. Of objects that are gone the report warns.
func (d Days) items(found []*discovery, report *Report) []work {
	var todo []work
	for _, f := range found {
		in := map[string]bool{}
		for _, m := range f.current(nil) {
			if d.covers(m) {
				in[m.Object.URI] = true
			}
		}
		for _, it := range f.items {
			if in[it.URI] && it.Reason != Superseded {
				it.Reason = Backfilled
				todo = append(todo, work{f.store, it})
				delete(in, it.URI)
			}
		}
		for _, uri := range slices.Sorted(maps.Keys(in)) {
			report.Warnings = append(report.Warnings, fmt.Sprintf("source %s: %s is gone and keeps the rows it had", f.source.Config.Name, uri))
		}
	}
	return todo
}

// rebuild tells the partitions of the range in the tables that the sources fill.
func (d Days) rebuild(chosen []*Source) func(string) bool {
	tables := map[string]bool{}
	for _, s := range chosen {
		for _, t := range s.Export.Tables {
			tables[t.Name] = t.Partition == schemas.ByDay
		}
	}
	return func(key string) bool {
		table, partition, _ := strings.Cut(key, "/")
		return tables[table] && d.has(partition)
	}
}

// backfillObjects transforms in batches and keeps the progress after each one.
func (r *Runner) backfillObjects(ctx context.Context, todo []work, done *backfillState) (map[string]*lake.Manifest, error) {
	todo = slices.DeleteFunc(todo, func(w work) bool { return done.has(w.item) })
	r.Progress.Phase("transform", len(todo))
	committed := map[string]*lake.Manifest{}
	var failures []error
	t := r.newTransformer()
	for batch := range slices.Chunk(todo, backfillBatch) {
		if ctx.Err() != nil {
			break
		}
		some, err := t.objects(ctx, batch)
		if err != nil {
			failures = append(failures, err)
		}
		maps.Copy(committed, some)
		for _, w := range batch {
			if some[w.item.identity()] != nil {
				done.Done = append(done.Done, done.name(w.item))
			}
		}
		if err := r.writeBackfill(context.WithoutCancel(ctx), done); err != nil {
			failures = append(failures, err)
		}
	}
	return committed, errors.Join(failures...)
}

// backfillState is what an interrupted backfill has done, kept in the lake until it is published.
type backfillState struct {
	Done   []string `json:"done"` // digests of source and object version
	Format int      `json:"format"`

	key string
}

func (s *backfillState) name(it Item) string {
	sum := sha256.Sum256([]byte(objectName(it.Source.Config.Name, lake.Ref(it.URI, it.Info))))
	return hex.EncodeToString(sum[:16])
}

func (s *backfillState) has(it Item) bool { return slices.Contains(s.Done, s.name(it)) }

// readBackfill reads the progress of the backfill with the same range, sources and rules.
func (r *Runner) readBackfill(ctx context.Context, days Days, chosen []*Source) (*backfillState, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", days.From, days.To)
	for _, s := range chosen {
		fmt.Fprintf(h, "%s %s\n", s.Config.Name, s.Fingerprint)
	}
	out := &backfillState{Format: 1, key: "backfill/" + hex.EncodeToString(h.Sum(nil)[:16]) + ".json"}
	body, _, err := r.LakeObjects.Get(ctx, out.key)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the progress of the backfill: %w", err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read the progress of the backfill: %w", err)
	}
	if json.Unmarshal(text, out) != nil || out.Format != 1 {
		out.Done, out.Format = nil, 1 // only time is lost
	}
	return out, nil
}

func (r *Runner) writeBackfill(ctx context.Context, s *backfillState) error {
	text, err := json.Marshal(s)
	if err == nil {
		_, err = r.LakeObjects.Put(ctx, s.key, bytes.NewReader(text), int64(len(text)), object.Condition{})
	}
	if err != nil {
		return fmt.Errorf("keep the progress of the backfill: %w", err)
	}
	return nil
}
