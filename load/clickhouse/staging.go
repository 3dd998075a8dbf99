package clickhouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waymark/internal/fault"
	"waymark/schemas"
)

// Staging is a private table of waymark_stage in which partitions of one published table are built. Its methods are
// called by one goroutine at a time, except Load and LoadBatch, which may overlap.
type Staging struct {
	w      *Warehouse
	table  Table // in waymark_stage
	target Table
	raw    *schemas.Table // nil for a model
	// Of a model built for some keys alone, these.
	increment *Increment
	built     int64 // rows of the increment's keys
}

// NewStaging creates an empty staging table for t. The tag (lower-case letters, digits, _) makes the name unique: a
// leftover of the same name is replaced.
func (w *Warehouse) NewStaging(ctx context.Context, t *schemas.Table, tag string) (*Staging, error) {
	s, err := w.newStaging(ctx, RawTable(t), rawDefinition(t), tag)
	if err != nil {
		return nil, err
	}
	s.raw = t
	return s, nil
}

func (w *Warehouse) newStaging(ctx context.Context, target Table, d definition, tag string) (*Staging, error) {
	if !isTag(tag) {
		return nil, fault.New(fault.Internal, "staging tag %q: only lower-case letters, digits and _ are allowed", tag)
	}
	table := Table{Database: Stage, Name: target.Name + "__" + tag, hash: target.hash}
	what := "create staging table " + table.Name
	policy, known := w.policies.of(target)
	if !known {
		var err error
		if policy, err = w.storagePolicy(ctx, target); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
	}
	sql := fmt.Sprintf("CREATE OR REPLACE TABLE %s AS %s\nENGINE = MergeTree\n%s", table.SQL(), target.SQL(), d.layout())
	if policy != "" && policy != "default" {
		// Parts are hard-linked into the target, which needs the same disks.
		sql += "\nSETTINGS storage_policy = " + literal(policy)
	}
	if err := w.exec(ctx, statement{what: what, sql: sql, repeatable: true}); err != nil {
		return nil, err
	}
	return &Staging{w: w, table: table, target: target}, nil
}

// newTable is newStaging for a table that takes the target's place (Exchange): it need not look like it.
func (w *Warehouse) newTable(ctx context.Context, target Table, d definition, tag string) (*Staging, error) {
	if !isTag(tag) {
		return nil, fault.New(fault.Internal, "staging tag %q: only lower-case letters, digits and _ are allowed", tag)
	}
	table := Table{Database: Stage, Name: target.Name + "__" + tag, hash: target.hash}
	err := w.exec(ctx, statement{what: "create staging table " + table.Name, sql: d.create("CREATE OR REPLACE TABLE", table), repeatable: true})
	return &Staging{w: w, table: table, target: target}, err
}

func isTag(tag string) bool {
	return tag != "" && len(tag) <= 100 && strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// policies remembers where the published tables live, as the latest description of their database says.
type policies struct {
	mu sync.Mutex
	by map[string]string // database.table
}

func (p *policies) learn(database string, tables map[string]*found) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[string]string{}
	}
	maps.DeleteFunc(p.by, func(name, _ string) bool { return strings.HasPrefix(name, database+".") })
	for name, f := range tables {
		p.by[database+"."+name] = f.policy
	}
}

// created notes a table that was just made without a policy: it lives where a staging table without one will.
func (p *policies) created(t Table) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[string]string{}
	}
	p.by[t.Database+"."+t.Name] = ""
}

func (p *policies) of(t Table) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	policy, ok := p.by[t.Database+"."+t.Name]
	return policy, ok
}

// storagePolicy tells where a table lives; kind NotFound when it does not exist.
func (w *Warehouse) storagePolicy(ctx context.Context, t Table) (string, error) {
	policy, exists := "", false
	err := w.read(ctx, statement{
		what:   "look for table " + t.String(),
		sql:    "SELECT storage_policy FROM system.tables WHERE database = {database:String} AND name = {name:String}",
		params: map[string]string{"database": t.Database, "name": t.Name},
	}, func() { exists = false }, func(r driver.Rows) error {
		exists = true
		return r.Scan(&policy)
	})
	if err == nil && !exists {
		err = fault.New(fault.NotFound, "table %s does not exist", t)
	}
	return policy, err
}

// AttachStaging returns the existing staging table of that name, to repeat a publish whose intent was journalled; kind
// NotFound when it does not exist.
func (w *Warehouse) AttachStaging(ctx context.Context, target Table, name string) (*Staging, error) {
	if !strings.HasPrefix(name, target.Name+"__") {
		return nil, fault.New(fault.Internal, "staging table %s does not belong to %s", name, target)
	}
	s := &Staging{w: w, target: target, table: Table{Database: Stage, Name: name, hash: target.hash}}
	if target.Database == Raw {
		s.raw = schemas.TableByName(target.Name)
	}
	_, err := w.storagePolicy(ctx, s.table)
	return s, err
}

// ListStagings returns the names of all staging tables, sorted.
func (w *Warehouse) ListStagings(ctx context.Context) ([]string, error) {
	return w.ListTables(ctx, Stage)
}

// ListTables returns the names of all tables of a database, sorted.
func (w *Warehouse) ListTables(ctx context.Context, database string) ([]string, error) {
	var names []string
	err := w.read(ctx, statement{
		what: "list tables of " + database, sql: "SELECT name FROM system.tables WHERE database = {database:String}",
		params: map[string]string{"database": database},
	}, func() { names = nil }, func(r driver.Rows) error {
		name := ""
		err := r.Scan(&name)
		names = append(names, name)
		return err
	})
	slices.Sort(names)
	return names, err
}

// DropStaging drops a staging table by name; an absent one is fine.
func (w *Warehouse) DropStaging(ctx context.Context, name string) error {
	return w.exec(ctx, statement{
		what: "drop staging table " + name, repeatable: true,
		sql: "DROP TABLE IF EXISTS " + Table{Database: Stage, Name: name}.SQL() + " SYNC",
	})
}

// Name is the staging table's name within waymark_stage, for the journal.
func (s *Staging) Name() string { return s.table.Name }

// Table is the staging table itself, for data tests.
func (s *Staging) Table() Table { return s.table }

// Target is the published table that Replace writes to.
func (s *Staging) Target() Table { return s.target }

// State returns what each partition of the staging table holds.
func (s *Staging) State(ctx context.Context) (States, error) {
	return s.w.PartitionStates(ctx, s.table)
}

// Truncate empties the staging table.
func (s *Staging) Truncate(ctx context.Context) error {
	return s.w.exec(ctx, statement{
		what: "empty staging table " + s.table.Name, sql: "TRUNCATE TABLE " + s.table.SQL() + " SYNC", repeatable: true,
	})
}

// Drop drops the staging table; it may be repeated.
func (s *Staging) Drop(ctx context.Context) error { return s.w.DropStaging(ctx, s.table.Name) }
