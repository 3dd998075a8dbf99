package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"waymark/internal/fault"
	"waymark/load/lake"
	"waymark/schemas"
)

// Trace is the chain from mart rows to the lines of the exports they come from.
type Trace struct {
	ID    string      `json:"id"`
	Marts []MartRow   `json:"marts"` // empty when the models leave the row out (deleted, or an older state)
	Rows  []TracedRow `json:"rows"`
}

// MartRow is one row of a mart.
type MartRow struct {
	Table string `json:"table"`
	Day   string `json:"day"`
	What  string `json:"what"` // event type, or status of the ticket
}

// TracedRow is one row of a lake table.
type TracedRow struct {
	Table     string       `json:"table"`
	Partition string       `json:"partition"`
	What      string       `json:"what"` // event type, or system of the ticket
	EventID   string       `json:"event_id,omitempty"`
	Files     []TracedFile `json:"files"`

	hash uint64
	at   int64 // µs; 0 where the table has no times
}

// TracedFile is one data file that holds the row.
type TracedFile struct {
	Key    string        `json:"key"`
	Inputs []TracedInput `json:"inputs"`
}

// TracedInput is one object that the file was made of.
type TracedInput struct {
	Source   string       `json:"source"`
	Manifest string       `json:"manifest"`
	Object   string       `json:"object"`
	Lines    []TracedLine `json:"lines"`
	Problem  string       `json:"problem,omitempty"` // why there are no lines
}

// TracedLine is where a record starts in the decompressed object. Formats without lines have an offset only.
type TracedLine struct {
	Line   int64 `json:"line"`
	Offset int64 `json:"offset"`
}

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)

// Trace follows an event, ticket or order from its mart rows through lake table, partition and data files to manifests,
// objects and lines. Lines are not stored: the objects are decoded once more, and the rows they give are matched by
// row_hash, which covers every column, so what is printed is the very record that gave the row.
func (r *Runner) Trace(ctx context.Context, id string) (*Trace, error) {
	out := &Trace{ID: id, Marts: []MartRow{}}
	event := uuidForm.MatchString(id)
	for _, sql := range tracedMarts(event) {
		err := r.each(ctx, sql, id, func(c []string) error {
			out.Marts = append(out.Marts, MartRow{Table: c[0], Day: c[1], What: c[2]})
			return nil
		})
		if err != nil && !fault.Is(err, fault.NotFound) { // a model that was never built has no row
			return nil, err
		}
	}
	for _, sql := range tracedRows(event) {
		err := r.each(ctx, sql, id, func(c []string) error {
			row := TracedRow{Table: c[0], Partition: c[1], What: c[2], EventID: c[3], Files: []TracedFile{}}
			hash, err1 := strconv.ParseUint(c[4], 10, 64)
			at, err2 := strconv.ParseInt(c[5], 10, 64)
			row.hash, row.at = hash, at
			out.Rows = append(out.Rows, row)
			return errors.Join(err1, err2)
		})
		if err != nil {
			return nil, err
		}
	}
	if len(out.Rows) == 0 {
		return nil, &fault.Error{Kind: fault.NotFound, Err: fmt.Errorf("no event, ticket or order %q in the warehouse", id),
			Hint: "use the event_id, ticket_id or order_id of a row in cx_bi"}
	}
	slices.SortStableFunc(out.Rows, func(a, b TracedRow) int {
		return cmp.Or(-cmp.Compare(a.Table, b.Table), cmp.Compare(a.at, b.at), cmp.Compare(a.EventID, b.EventID))
	})
	return out, r.traceFiles(ctx, out)
}

// tracedMarts selects the mart rows of a ticket's or order's number; of an event_id too where the id has the form of one.
func tracedMarts(event bool) []string {
	const events = "SELECT 'fct_journey_event', toString(event_date), toString(event_type) FROM waymark_mart.fct_journey_event WHERE "
	list := []string{
		"SELECT 'fct_ticket', toString(created_date), toString(status) FROM waymark_mart.fct_ticket WHERE ticket_id = {id:String}",
		"SELECT 'fct_order', toString(order_date), 'order' FROM waymark_mart.fct_order WHERE order_id = {id:String}",
		events + "ticket_id = {id:String} OR order_id = {id:String} ORDER BY occurred_at, event_id",
	}
	if event {
		list = append(list, events+"event_id = toUUID({id:String})")
	}
	return list
}

// tracedRows selects the rows of the lake tables behind them.
func tracedRows(event bool) []string {
	const events = `SELECT 'journey_event', toString(event_date), toString(event_type), toString(event_id), toString(row_hash),
		toString(toUnixTimestamp64Micro(occurred_at)) FROM waymark_raw.journey_event WHERE `
	list := []string{
		events + "ticket_id = {id:String} OR order_id = {id:String}",
		`SELECT 'ticket', leftPad(toString(bucket), 2, '0'), toString(system), '', toString(row_hash), '0' FROM waymark_raw.ticket WHERE ticket_id = {id:String}`,
	}
	if event {
		list = append(list, events+"event_id = toUUID({id:String})")
	}
	return list
}

// each runs a SELECT with the parameter id and yields the cells of each row.
func (r *Runner) each(ctx context.Context, sql, id string, yield func([]string) error) error {
	rows, err := r.Warehouse.Query(ctx, sql, map[string]string{"id": id}, true)
	if err != nil {
		return fmt.Errorf("look for the row: %w", err)
	}
	for rows.Next() {
		cells, err := rows.Text()
		if err == nil {
			err = yield(cells)
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	if err := rows.Err(); err != nil {
		return errors.Join(err, rows.Close())
	}
	return rows.Close()
}

// traceFiles finds the files that hold the rows and the objects that the files were made of.
func (r *Runner) traceFiles(ctx context.Context, out *Trace) error {
	var c holdings
	if err := r.others(ctx, nil, &c); err != nil {
		return err
	}
	files := desired(c.current)
	held := map[string]map[uint64]bool{} // by file, read once
	objects := map[string]map[uint64][]TracedLine{}
	for i := range out.Rows {
		row := &out.Rows[i]
		for _, f := range files[row.Table+"/"+row.Partition] {
			if f.MaxTime > 0 && row.at > 0 && (row.at < f.MinTime || row.at > f.MaxTime) {
				continue
			}
			if held[f.Key] == nil {
				hashes, err := r.hashes(ctx, f, out)
				if err != nil {
					return err
				}
				held[f.Key] = hashes
			}
			if !held[f.Key][row.hash] {
				continue
			}
			inputs, err := r.traceInputs(ctx, c.current, f.Key, row.hash, out, objects)
			if err != nil {
				return err
			}
			row.Files = append(row.Files, TracedFile{Key: f.Key, Inputs: inputs})
		}
	}
	return nil
}

// hashes returns which of the traced rows the file holds.
func (r *Runner) hashes(ctx context.Context, f lake.Output, out *Trace) (map[uint64]bool, error) {
	wanted, found := out.hashes(), map[uint64]bool{}
	table := schemas.TableByName(f.Table)
	err := r.readFile(ctx, f, func(b *schemas.Batch) error {
		for _, h := range b.Cols[table.HashCol].Int {
			if wanted[uint64(h)] {
				found[uint64(h)] = true
			}
		}
		return nil
	})
	return found, err
}

func (t *Trace) hashes() map[uint64]bool {
	out := map[uint64]bool{}
	for i := range t.Rows {
		out[t.Rows[i].hash] = true
	}
	return out
}

// traceInputs names the objects of a file with the lines of the row in them. objects keeps what was read before.
func (r *Runner) traceInputs(ctx context.Context, current []*lake.Manifest, file string, hash uint64, out *Trace, objects map[string]map[uint64][]TracedLine) ([]TracedInput, error) {
	inputs := []TracedInput{}
	for _, m := range current {
		if !slices.ContainsFunc(m.Outputs, func(o lake.Output) bool { return o.Key == file }) {
			continue
		}
		in := TracedInput{Source: m.Source, Manifest: m.Key(), Object: m.Object.URI, Lines: []TracedLine{}}
		found, known := objects[m.Key()]
		if !known {
			var err error
			found, err = r.lines(ctx, m, out.hashes())
			switch {
			case fault.Is(err, fault.NotFound), fault.Is(err, fault.Conflict):
				found = nil
			case err != nil:
				return nil, err
			}
			objects[m.Key()] = found
		}
		in.Lines = append(in.Lines, found[hash]...)
		if found == nil {
			in.Problem = "the object is gone or was replaced since " + time.UnixMicro(m.Object.Modified).UTC().Format(time.RFC3339)
		} else if len(in.Lines) == 0 {
			in.Problem = "today's code or configuration makes no such row of it (waymark plan)"
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}
