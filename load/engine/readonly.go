package engine

import (
	"slices"
	"strings"
)

// guard decides what may run. The engine's own readonly=1 still reads files through functions, DESCRIBE and table names
// that are paths, so a read-only request is checked here as well.
type guard struct {
	reading map[string]bool // functions that read files, addresses or evaluate text
}

// harmless are the table functions that a read-only request may call: they compute, or read tables.
var harmless = []string{
	"numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generate_series", "generateseries", "generaterandom", "values", "sqlstandardvalues",
	"null", "view", "viewifpermitted", "viewexplain", "merge", "dictionary", "format",
}

// newGuard takes the engine's table functions, one a line.
func newGuard(tableFunctions string) guard {
	// The last three take a table's name as text, which may be a path.
	g := guard{map[string]bool{"file": true, "catboostevaluate": true, "hascolumnintable": true, "joinget": true, "joingetornull": true}}
	for _, name := range strings.Fields(strings.ToLower(tableFunctions)) {
		if !slices.Contains(harmless, name) {
			g.reading[name] = true
		}
	}
	return g
}

var errReadonly = refuse(164, "READONLY", "Cannot execute query in readonly mode")

// check refuses what the engine would accept to its own or its data's harm, and what a read-only request may not do.
func (g guard) check(req *request, a analysis) error {
	readonly := req.readonly == "1" || req.readonly == "2"
	switch {
	case req.stmt.takesData:
		if readonly {
			return errReadonly
		}
		return nil
	case endangersDefault(req.text):
		return refuse(48, "NOT_IMPLEMENTED", "the database default cannot be dropped or renamed in the embedded engine")
	case a.class != classReadOnly && slices.Contains(req.stmt.calls, "input"):
		return refuse(48, "NOT_IMPLEMENTED", "INSERT … SELECT … FROM input() silently inserts nothing in the embedded engine; insert with FORMAT instead")
	case a.statements > 1 && !req.stmt.parallel:
		return refuse(62, "SYNTAX_ERROR", "Syntax error: Multi-statements are not allowed")
	case readonly && a.class == classUnknown:
		return g.checkReads(req) // it does not parse: the engine, itself set to readonly, says where
	case readonly && (a.class != classReadOnly || a.statements != 1):
		return errReadonly
	case readonly && !req.implicit:
		return g.checkReads(req)
	}
	return nil
}

// checkReads refuses whatever reads outside the warehouse.
func (g guard) checkReads(req *request) error {
	for _, name := range req.stmt.calls {
		if g.reading[name] {
			return refuse(164, "READONLY", "Cannot use function "+name+" in readonly mode")
		}
	}
	paths := req.stmt.paths
	for _, p := range req.params {
		paths = paths || strings.ContainsAny(p.value, `/\`) && strings.Contains(strings.ToLower(req.text), "identifier")
	}
	if paths {
		return refuse(164, "READONLY", "Cannot read files in readonly mode")
	}
	return nil
}
