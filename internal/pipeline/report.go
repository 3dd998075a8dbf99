package pipeline

import (
	"slices"
	"time"
)

// Report says what a run did; cmd prints it as a table or JSON.
type Report struct {
	RunID     string         `json:"run_id"`
	StartedAt time.Time      `json:"started_at"`
	Seconds   float64        `json:"seconds"`
	Stages    []StageReport  `json:"stages"`
	Sources   []SourceReport `json:"sources"`
	Tables    []TableReport  `json:"tables"`
	Models    []ModelReport  `json:"models"`
	Warnings  []string       `json:"warnings,omitempty"`
	Shard     string         `json:"shard,omitempty"` // "i/n": only this share was transformed, and nothing published
}

// StageReport says how long one stage of a run took: discover, transform, prepare (what is published is held against the
// ledger), publish, model.
type StageReport struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
	began   time.Time
}

// enter ends the stage before and begins the one of that name; "" only ends.
func (r *Report) enter(stage string, now time.Time) {
	if n := len(r.Stages); n > 0 && r.Stages[n-1].Seconds == 0 {
		r.Stages[n-1].Seconds = now.Sub(r.Stages[n-1].began).Seconds()
	}
	if stage != "" {
		r.Stages = append(r.Stages, StageReport{Stage: stage, began: now})
	}
}

// SourceReport counts what one source gave.
type SourceReport struct {
	Source      string             `json:"source"`
	Listed      int                `json:"listed"`      // objects of the listing
	Transformed int                `json:"transformed"` // objects transformed in this run
	Bytes       int64              `json:"bytes"`       // stored bytes of these
	Records     int64              `json:"records"`
	Rows        int64              `json:"rows"`
	Rejects     int64              `json:"rejects"`
	Quarantined []QuarantineReport `json:"quarantined,omitempty"` // in this run
	NewColumns  []string           `json:"new_columns,omitempty"` // that no earlier object of the source had
	NewValues   []string           `json:"new_values,omitempty"`  // likewise, "field=value"
	Pruned      int                `json:"pruned,omitempty"`      // objects whose rows were removed: they left the listing
}

// QuarantineReport names an object that was set aside and why.
type QuarantineReport struct {
	Object  string `json:"object"`
	Reason  string `json:"reason"`
	Field   string `json:"field,omitempty"`
	Line    int64  `json:"line,omitempty"`
	Message string `json:"message"`
}

// TableReport counts what was published into one raw table.
type TableReport struct {
	Table      string `json:"table"`
	Published  int    `json:"published"` // partitions replaced
	Dropped    int    `json:"dropped"`   // partitions emptied
	Rows       int64  `json:"rows"`      // rows of the replaced partitions
	Duplicates int64  `json:"duplicates"`
}

// ModelReport counts what was built of one model.
type ModelReport struct {
	Model     string  `json:"model"`
	Published int     `json:"published"`
	Rows      int64   `json:"rows"`                // of the whole model
	ByKey     bool    `json:"by_key,omitempty"`    // only the rows of the keys that changes touched were built
	Keys      int64   `json:"keys,omitempty"`      // how many these were
	Untouched bool    `json:"untouched,omitempty"` // changes of inputs were none for this model
	Seconds   float64 `json:"seconds"`
}

// Rejects returns the number of rejected records and quarantined objects of the run.
func (r *Report) Rejects() (records int64, objects int) {
	for _, s := range r.Sources {
		records += s.Rejects
		objects += len(s.Quarantined)
	}
	return records, objects
}

// table returns the entry of a raw table, a new one when there is none yet.
func (r *Report) table(name string) *TableReport {
	i := slices.IndexFunc(r.Tables, func(t TableReport) bool { return t.Table == name })
	if i < 0 {
		i = len(r.Tables)
		r.Tables = append(r.Tables, TableReport{Table: name})
	}
	return &r.Tables[i]
}

// Idle reports whether the run found nothing to do.
func (r *Report) Idle() bool {
	n := 0
	for _, s := range r.Sources {
		n += s.Transformed + s.Pruned
	}
	for _, t := range r.Tables {
		n += t.Published + t.Dropped
	}
	for _, m := range r.Models {
		n += m.Published
	}
	return n == 0
}

// Progress is told what a run is doing; methods may be called from many goroutines.
type Progress interface {
	Phase(name string, total int) // a phase with total steps begins
	Step(n int)                   // n steps of the phase are done
	Chunk(bytes, rows int64)      // input decoded
}

// Silent is a Progress that shows nothing.
type Silent struct{}

// Phase does nothing.
func (Silent) Phase(string, int) {}

// Step does nothing.
func (Silent) Step(int) {}

// Chunk does nothing.
func (Silent) Chunk(int64, int64) {}
