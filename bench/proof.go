package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"waymark/schemas"
)

// digest is what is compared of one engine's rows: count, then for each column an order-independent hash.
type digest struct {
	rows    string
	columns map[string]string
}

// prove fails unless the directories hold the same rows. DuckDB reads them all.
//
// A column that differs by nature (a pseudonym by another hash, a row hash) is compared through what an injective
// renaming keeps: how many values it has, and which rows share one. A hash bucket is compared by the number of buckets. Columns that Waymark leaves at their default in every
// row may be missing from the peers' files; any other missing column is an error.
func prove(ctx context.Context, duck *duckDB, j *job, dirs map[string]string) (rows string, err error) {
	written := map[string][]string{}
	for name, dir := range dirs {
		if written[name], err = columnsOf(ctx, duck, dir); err != nil {
			return "", fmt.Errorf("read the output of %s: %w", name, err)
		}
	}
	shared := slices.DeleteFunc(slices.Clone(j.table.Columns), func(c schemas.Column) bool {
		return slices.ContainsFunc(peerNames(dirs), func(peer string) bool { return !slices.Contains(written[peer], c.Name) })
	})
	if err := onlyDefaults(ctx, duck, j, shared, dirs["Waymark"]); err != nil {
		return "", err
	}
	var first digest
	for i, name := range append([]string{"Waymark"}, peerNames(dirs)...) {
		d, err := digestOf(ctx, duck, j, shared, dirs[name])
		if err != nil {
			return "", fmt.Errorf("digest the output of %s: %w", name, err)
		}
		if i == 0 {
			first = d
			continue
		}
		if err := first.same(d, name); err != nil {
			return "", err
		}
	}
	return first.rows, nil
}

func (d digest) same(peer digest, name string) error {
	if d.rows != peer.rows {
		return fmt.Errorf("%s has %s rows, Waymark %s", name, peer.rows, d.rows)
	}
	var differ []string
	for column, sum := range d.columns {
		if peer.columns[column] != sum {
			differ = append(differ, column)
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return fmt.Errorf("%s differs from Waymark in the columns %s", name, strings.Join(differ, ", "))
	}
	return nil
}

func peerNames(dirs map[string]string) []string {
	var names []string
	for name := range dirs {
		if name != "Waymark" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func parquet(dir string) string {
	return "read_parquet('" + filepath.Join(dir, "**", "*.parquet") + "')"
}

func columnsOf(ctx context.Context, duck *duckDB, dir string) ([]string, error) {
	rows, err := duck.query(ctx, "SELECT column_name FROM (DESCRIBE SELECT * FROM "+parquet(dir)+")")
	var names []string
	for _, r := range rows {
		names = append(names, r[0])
	}
	return names, err
}

// onlyDefaults fails when a column that some peer lacks has values.
func onlyDefaults(ctx context.Context, duck *duckDB, j *job, shared []schemas.Column, dir string) error {
	var names, counts []string
	for _, c := range j.table.Columns {
		if !slices.ContainsFunc(shared, func(s schemas.Column) bool { return s.Name == c.Name }) && c.Type != schemas.Map {
			names = append(names, c.Name)
			counts = append(counts, "count(*) FILTER ("+plain(&c)+" IS DISTINCT FROM "+plainDefault(&c)+")::VARCHAR")
		}
	}
	rows, err := duck.query(ctx, "SELECT "+strings.Join(counts, ", ")+" FROM "+parquet(dir))
	if err != nil {
		return err
	}
	for i, n := range rows[0] {
		if n != "0" {
			return fmt.Errorf("column %s is filled by Waymark in %s rows, and not by a peer", names[i], n)
		}
	}
	return nil
}

func digestOf(ctx context.Context, duck *duckDB, j *job, shared []schemas.Column, dir string) (digest, error) {
	d := digest{columns: map[string]string{}}
	var own, keyed, names []string
	selects := []string{"count(*)::VARCHAR"}
	for _, c := range shared {
		switch {
		case slices.Contains(j.keyed, c.Name):
			keyed = append(keyed, c.Name)
		case slices.Contains(j.hashed, c.Name):
			names = append(names, c.Name)
			selects = append(selects, "count(DISTINCT \""+c.Name+"\")::VARCHAR")
		default:
			own, names = append(own, plain(&c)), append(names, c.Name)
			selects = append(selects, "sum(hash("+plain(&c)+"))::VARCHAR")
		}
	}
	rows, err := duck.query(ctx, "SELECT "+strings.Join(selects, ", ")+" FROM "+parquet(dir))
	if err != nil {
		return d, err
	}
	d.rows = rows[0][0]
	for i, name := range names {
		d.columns[name] = rows[0][i+1]
	}
	for _, name := range keyed {
		// A group's signature is the sum over its rows; the sum over groups of the signatures' hashes does not know the keys.
		rows, err := duck.query(ctx, "SELECT count(*)::VARCHAR || ' values, ' || sum(hash(signature))::VARCHAR FROM (SELECT sum(hash("+strings.Join(own, ", ")+
			")) AS signature FROM "+parquet(dir)+" GROUP BY "+unkeyed(name)+")")
		if err != nil {
			return d, err
		}
		d.columns[name] = rows[0][0]
	}
	return d, nil
}

// unkeyed gives one text to a keyed column's ways of saying "none": null, the zero UUID, sixteen zero bytes.
func unkeyed(name string) string {
	return `coalesce(nullif(nullif("` + name + `"::VARCHAR, '00000000-0000-0000-0000-000000000000'), '` + strings.Repeat(`\x00`, 16) + `'), '')`
}

// plain gives a column's values one form, however an engine writes them: a peer may write null for what is ” or 0 in
// Waymark's, but not where the column is nullable.
func plain(c *schemas.Column) string {
	name, form := `"`+c.Name+`"`, ""
	switch c.Type {
	case schemas.UUID:
		return unkeyed(c.Name)
	case schemas.Timestamp:
		form = "epoch_us(" + name + ")"
	case schemas.Date:
		form = name + "::DATE"
	case schemas.Decimal:
		form = name + "::DECIMAL(18, 4)"
	case schemas.Float32:
		form = name + "::FLOAT"
	case schemas.Bool:
		form = name + "::BOOLEAN::INTEGER"
	case schemas.Int32, schemas.Int64, schemas.UInt64:
		form = name + "::HUGEINT"
	default:
		form = name + "::VARCHAR"
	}
	if c.Nullable || c.Type == schemas.Date {
		return form
	}
	return "coalesce(" + form + ", " + plainDefault(c) + ")"
}

func plainDefault(c *schemas.Column) string {
	switch {
	case c.Nullable, c.Type == schemas.Date:
		return "NULL"
	case c.Type == schemas.UUID, c.Type == schemas.String, c.Type == schemas.LowCardinality:
		return "''"
	}
	return "0"
}
