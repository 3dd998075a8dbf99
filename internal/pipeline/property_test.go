package pipeline_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/pipeline"
)

// delivery is one object as it is put into, or removed from, the exports.
type delivery struct {
	object, text string
	age          time.Duration
	remove       bool
}

// wholeAge is the age of the exports as they came.
const wholeAge = 100 * time.Hour

// TestAnyDeliveryEndsTheSame: for random cuts of the exports into objects, random order, repeats, corrections, older
// versions after newer ones, superseded and withdrawn objects, runs in between end in the same marts and the same raw
// tables as one run over the exports as they came. With -rapid.checks=N there are N new histories instead of one that is always the same, with more runs
// in each, and every one is also held, row for row, against one run over what is there at the end.
//
// Not held, and rightly: what cannot be cut at every record (see whole). Rejects name the object and line they stand in, and record_version is the object's time where the
// record has none of its own: both differ between cuts, so they are compared with the run over what is there at the end only.
func TestAnyDeliveryEndsTheSame(t *testing.T) {
	t.Parallel()
	thorough := false
	flag.Visit(func(f *flag.Flag) { thorough = thorough || f.Name == "rapid.checks" })
	if !thorough {
		if err := errors.Join(flag.Set("rapid.checks", "1"), flag.Set("rapid.seed", "20260301"), flag.Set("rapid.shrinktime", "1ms")); err != nil {
			t.Fatal(err)
		}
	}
	days, most := 4, 5 // each day and each bucket with rows costs a publish
	if thorough {
		days, most = 35, 600
	}
	c := shopCorpus(t, days)
	c.add(realCorpus(t, most))
	s := newWholeSite(t)
	var whole []delivery
	for _, object := range slices.Sorted(maps.Keys(c.objects)) {
		whole = append(whole, delivery{object: object, text: c.objects[object], age: wholeAge})
	}
	dir := filepath.Join(s.dir, "whole")
	if err := s.deliver(dir, whole); err != nil {
		t.Fatal(err)
	}
	want, err := s.alone(c.parse(t, dir), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 25 || strings.HasPrefix(want["waymark_mart.fct_journey_event"], "0|") {
		t.Fatalf("the reference holds %v", want)
	}
	rapid.Check(t, func(rt *rapid.T) { s.history(rt, c, want, thorough) })
}

// history draws one and plays it.
func (s *site) history(rt *rapid.T, c corpus, want map[string]string, thorough bool) {
	dir, err := os.MkdirTemp(s.dir, "history")
	if err != nil {
		rt.Fatal(err)
	}
	defer os.RemoveAll(dir)
	steps := drawHistory(rt, c)
	most := 1
	if thorough {
		most = 3
	}
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(len(steps)/4, len(steps)-len(steps)/4), 1, most, rapid.ID[int]).Draw(rt, "runs after")
	slices.Sort(cuts)
	if err := s.forget(); err != nil {
		rt.Fatal(err)
	}
	cfg := c.parse(s.t, dir)
	for object := range c.objects { // a source's folder is there before its exports
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, "exports", object)), 0o755); err != nil {
			rt.Fatal(err)
		}
	}
	from := 0
	for i, to := range append(cuts, len(steps)) {
		if err := s.deliver(dir, steps[from:to]); err != nil {
			rt.Fatal(err)
		}
		from = to
		last := to == len(steps)
		if err := s.runOnce(cfg, last); err != nil && (last || !onTheWay(err)) {
			rt.Fatalf("run %d: %v", i+1, err)
		}
	}
	s.same(rt, "one run over the exports as they came", s.tables(false), want)
	if !thorough {
		return
	}
	got := s.tables(true)
	alone, err := s.alone(withLake(cfg, dir+"/lake2"), true)
	if err != nil {
		rt.Fatal(err)
	}
	s.same(rt, "one run over what is there at the end", got, alone)
}

// onTheWay reports whether err is what may be while exports are incomplete or wrong: one is not there yet, or a model refuses
// what they say, such as an amount without a rate.
func onTheWay(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(joined.Unwrap(), func(e error) bool { return !onTheWay(e) })
	}
	return fault.Is(err, fault.Gate) || fault.Is(err, fault.NotFound)
}

func withLake(cfg *configs.Config, lake string) *configs.Config {
	other := *cfg
	other.Lake = lake
	return &other
}

// same tells of differences at once: rapid tells them only after it has made the history shorter, which takes long here.
func (s *site) same(rt *rapid.T, what string, got, want map[string]string) {
	var differ []string
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if got[table] != want[table] {
			differ = append(differ, fmt.Sprintf("%s is %q, after %s %q", table, got[table], what, want[table]))
		}
	}
	if len(got) != len(want) {
		differ = append(differ, fmt.Sprintf("%d tables, after %s %d", len(got), what, len(want)))
	}
	if len(differ) > 0 {
		s.t.Log(strings.Join(differ, "\n"))
		rt.Fatal(strings.Join(differ, "\n"))
	}
}

// drawHistory draws the deliveries; those of one object stay in order.
func drawHistory(rt *rapid.T, c corpus) []delivery {
	var queues [][]delivery
	hours := 50 // age of the next object: older deliveries of it are older than that
	for _, object := range slices.Sorted(maps.Keys(c.objects)) {
		for _, final := range drawParts(rt, object, c.objects[object]) {
			final.age = time.Duration(hours) * time.Minute
			if full(object) {
				final.age = wholeAge // what a contract says is over is over only once an export was made after it
			}
			queues = append(queues, drawVersions(rt, final))
			if repeatable(object) && rapid.IntRange(0, 9).Draw(rt, "repeated") == 0 {
				again := final
				again.object, again.age = part(strings.Replace(final.object, ".", "-again.", 1), 0), time.Duration(rapid.IntRange(1, 200).Draw(rt, "age"))*time.Minute
				queues = append(queues, []delivery{again})
			}
			hours++
		}
		if older := stale(c.objects[object]); older != "" { // another export that was made before, whenever it comes
			queues = append(queues, []delivery{{object: part(strings.Replace(object, ".", "-stale.", 1), 0), text: older, age: time.Minute}})
		}
		if full(object) && strings.HasSuffix(object, "export-2.csv") { // an older full export, whenever it comes
			older := drawDamage(rt, delivery{object: strings.Replace(object, "export-2", "export-1", 1), text: c.objects[object], age: 99 * time.Hour})
			queues = append(queues, []delivery{older})
		}
	}
	var out []delivery
	for len(queues) > 0 {
		i := rapid.IntRange(0, len(queues)-1).Draw(rt, "next")
		out = append(out, queues[i][0])
		if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
			queues = slices.Delete(queues, i, i+1)
		}
	}
	return out
}

// generated is the version of a ticket.
var generated = regexp.MustCompile(`"generated_timestamp": ?1(\d+)`)

// stale is an earlier export of the same tickets, "" when the records have no version of their own.
func stale(text string) string {
	if !generated.MatchString(text) {
		return ""
	}
	return strings.ReplaceAll(generated.ReplaceAllString(text, `"generated_timestamp":$1`), `"normal"`, `"urgent"`)
}

// repeatable reports whether the source may have other objects beside this one; tables of rates are known by their names.
func repeatable(object string) bool { return !full(object) && !strings.HasPrefix(object, "rates/") }

// drawParts cuts an object at record borders, or leaves it.
func drawParts(rt *rapid.T, object, text string) []delivery {
	head, list := records(object, text)
	if whole(object) || len(list) < 2 || rapid.IntRange(0, 2).Draw(rt, "cut "+object) > 0 {
		return []delivery{{object: object, text: text}}
	}
	var out []delivery
	borders := rapid.SliceOfNDistinct(rapid.IntRange(1, len(list)-1), 1, min(3, len(list)-1), rapid.ID[int]).Draw(rt, "borders")
	slices.Sort(borders)
	from := 0
	for n, to := range append(borders, len(list)) {
		out = append(out, delivery{object: part(object, n), text: join(head, list[from:to])})
		from = to
	}
	return out
}

// drawVersions puts earlier versions of the object before it, and sometimes an object that is withdrawn beside it.
func drawVersions(rt *rapid.T, final delivery) []delivery {
	var out []delivery
	for n := rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(rt, "corrected"); n > 0; n-- {
		draft := drawDamage(rt, final)
		draft.age = final.age + time.Duration(n)*time.Hour
		out = append(out, draft)
	}
	if len(out) > 0 && repeatable(final.object) && rapid.Bool().Draw(rt, "withdrawn") {
		wrong := out[0]
		wrong.object = part(strings.Replace(final.object, ".", "-wrong.", 1), 0)
		out = append(out, wrong, delivery{object: wrong.object, remove: true})
	}
	return append(out, final)
}

// drawDamage loses and changes records.
func drawDamage(rt *rapid.T, d delivery) delivery {
	head, list := records(d.object, d.text)
	var kept []string
	for i, r := range list {
		switch rapid.SampledFrom([]string{"keep", "keep", "keep", "lose", "change"}).Draw(rt, "record") {
		case "lose":
			continue
		case "change":
			r = strings.ReplaceAll(r, string(rune('1'+i%8)), "9") // numbers, times, amounts and scores; most stay valid
		}
		kept = append(kept, r)
	}
	d.text = join(head, kept)
	return d
}

// deliver writes and removes objects below dir, which is one of the site's.
func (s *site) deliver(dir string, list []delivery) error {
	for _, d := range list {
		file := filepath.Join(dir, "exports", d.object)
		if d.remove {
			if err := os.Remove(file); err != nil {
				return err
			}
			continue
		}
		name, err := filepath.Rel(s.dir, file)
		if err != nil {
			return err
		}
		s.write(name, d.text, d.age)
	}
	return nil
}

// forget makes the warehouse empty.
func (s *site) forget() error {
	for _, name := range []string{"cx_bi", "waymark_mart", "waymark_raw", "waymark_stage", "waymark_ops"} {
		if err := s.warehouse.Exec(s.t.Context(), "DROP DATABASE IF EXISTS "+name+" SYNC", nil); err != nil {
			return err
		}
	}
	return nil
}

// alone is what one run gives into an empty lake and warehouse.
func (s *site) alone(cfg *configs.Config, exact bool) (map[string]string, error) {
	if err := s.forget(); err != nil {
		return nil, err
	}
	if err := s.runOnce(cfg, false); err != nil {
		return nil, fmt.Errorf("run alone: %w", err)
	}
	return s.tables(exact), nil
}

func (s *site) runOnce(cfg *configs.Config, prune bool) error {
	r, err := pipeline.New(s.t.Context(), pipeline.Options{Config: cfg, Warehouse: s.warehouse, Log: zerolog.Nop(), AcceptLoss: true,
		Scope: pipeline.Scope{Prune: prune}})
	if err != nil {
		return err
	}
	_, err = r.Run(s.t.Context(), nil)
	return errors.Join(err, r.Close())
}

// tables digests every raw and mart table: its rows, and the sum of their hashes. Unless exact, it leaves out what depends
// on how records were cut into objects.
func (s *site) tables(exact bool) map[string]string {
	var parts []string
	for _, name := range s.query("SELECT concat(database, '.', name) FROM system.tables WHERE database IN ('waymark_raw', 'waymark_mart')") {
		columns := "*"
		if !exact {
			columns = "* EXCEPT (record_version, row_hash)"
			if name == "waymark_raw.reject" {
				continue
			}
		}
		parts = append(parts, "SELECT '"+name+"', toString(count()), toString(sum(sipHash64(tuple("+columns+")))) FROM "+name)
	}
	out := map[string]string{}
	for _, row := range s.query(strings.Join(parts, "\nUNION ALL ")) {
		name, digest, _ := strings.Cut(row, "|")
		out[name] = digest
	}
	return out
}
