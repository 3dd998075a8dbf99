package models

import (
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"waymark/internal/fault"
)

//go:embed sql/*.sql
var files embed.FS

// Load returns the models of this binary, inputs before their readers.
func Load() ([]Model, error) { return LoadFS(files, "sql") }

// LoadFS reads every *.sql in dir of fsys; Load in tests and tools.
func LoadFS(fsys fs.FS, dir string) ([]Model, error) {
	names, err := fs.Glob(fsys, dir+"/*.sql")
	if err != nil {
		return nil, err
	}
	var models []Model
	var errs []error
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		m, err := Parse(name, text)
		errs = append(errs, err)
		models = append(models, m)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return Order(models)
}

// Order sorts models so that each stands after those it reads; among equals by name, so that the order is always the
// same. A reference to a model that does not exist and a cycle are errors.
func Order(models []Model) ([]Model, error) {
	byName := make(map[string]*Model, len(models))
	var names []string
	for i := range models {
		byName[models[i].Name] = &models[i]
		names = append(names, models[i].Name)
	}
	slices.Sort(names)
	g := &graph{byName: byName, names: names, state: map[string]visit{}}
	for _, n := range names {
		g.walk(n, nil)
	}
	g.tests()
	g.touched()
	return g.out, errors.Join(g.errs...)
}

type visit uint8

const (
	entered visit = iota + 1
	left
)

type graph struct {
	byName map[string]*Model
	names  []string
	state  map[string]visit
	out    []Model
	errs   []error
}

func (g *graph) failf(m *Model, format string, args ...any) {
	err := fault.New(fault.Invalid, format, args...)
	err.Object = m.File
	g.errs = append(g.errs, err)
}

func (g *graph) walk(name string, path []string) {
	m := g.byName[name]
	switch g.state[name] {
	case left:
		return
	case entered:
		start := slices.Index(path, name)
		g.failf(m, "models read each other in a circle: %s", strings.Join(append(path[start:], name), " → "))
		return
	}
	g.state[name] = entered
	for _, d := range m.DependsOn {
		if g.byName[d] == nil {
			g.failf(m, "there is no model %s%s", d, suggestion(d, g.names))
			continue
		}
		g.walk(d, append(path, name))
	}
	g.state[name] = left
	g.out = append(g.out, *m)
}

// tests checks that what data tests refer to exists.
func (g *graph) tests() {
	for _, n := range g.names {
		m := g.byName[n]
		for _, t := range m.Tests {
			for _, d := range t.DependsOn {
				if g.byName[d] == nil {
					g.failf(m, "test %s: there is no model %s%s", t.Name, d, suggestion(d, g.names))
				}
			}
		}
	}
}

// touched checks that what touched and days lines read is up to date by then: an input, an input's input, or the model itself.
func (g *graph) touched() {
	for _, n := range g.names {
		m := g.byName[n]
		before := map[string]bool{n: true}
		g.above(m, before)
		for _, t := range slices.Concat(m.Touched, m.Days) {
			for _, d := range t.DependsOn {
				switch {
				case g.byName[d] == nil:
					g.failf(m, "touched: or days: there is no model %s%s", d, suggestion(d, g.names))
				case !before[d]:
					g.failf(m, "touched: or days: %s need not be built by then: it is no input of the model, nor of its inputs", d)
				}
			}
		}
	}
}

// above adds the models that m comes after.
func (g *graph) above(m *Model, to map[string]bool) {
	for _, d := range m.DependsOn {
		if next := g.byName[d]; next != nil && !to[d] {
			to[d] = true
			g.above(next, to)
		}
	}
}
