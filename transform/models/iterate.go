package models

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// blockLine begins a block of an iterated model.
var blockLine = regexp.MustCompile(`^-- (table ([a-z][a-z0-9_]*)|step|until|result)$`)

// Previous is the name by which the blocks of an iterated model refer to its own published table.
const Previous = "previous"

const mostSteps = 10_000

func (p *parser) iterate(value string) {
	limit, err := strconv.Atoi(value)
	if err != nil || limit < 1 || limit > mostSteps {
		p.failf("iterate", "want the most steps it may take, from 1 to %d", mostSteps)
	}
	p.m.Iteration = &Iteration{Limit: limit}
}

// section is one block as it stands in the file.
type section struct {
	head, name string
	line       int    // of its first line of SQL
	sql        string // preceded by line breaks, so that line numbers stay right
}

// blocks reads the body of an iterated model:
//
//	-- table NAME    any number: a SELECT that fills the scratch table {NAME}; built once, in order
//	-- step          from here on tables are built anew in every step; {NAME} within its own SELECT is the former content, which
//	                 has the same columns
//	-- table NAME    at least one
//	-- until         a SELECT of one number over tables that are there from the start, read before every step; 0 ends
//	-- table NAME    any number, built once at the end
//	-- result        the SELECT of the model
//
// Any SELECT may read {previous}, the model's published table. It is empty on a full build, so that the model stays a
// function of its inputs only as long as the result does not depend on it: that is for the model's author to prove.
func (p *parser) blocks(body string) {
	sections := cut(body)
	known, start := []string{Previous}, []string(nil)
	it, phase := p.m.Iteration, "before"
	for _, s := range sections {
		switch {
		case s.head == "step" && phase == "before", s.head == "until" && phase == "step", s.head == "result" && phase == "until":
			phase = s.head
		case s.head != "table" || phase == "result":
			p.line = s.line
			p.failf("iterate", "-- %s has no place here: want tables, step, tables, until, result", s.head)
			return
		}
		if s.head == "step" {
			start = slices.Clone(known)
			continue
		}
		there := known
		if s.head == "until" {
			there = start
		}
		sql := p.blockSelect(s, there)
		if s.head == "table" && !slices.Contains(known, s.name) {
			known = append(known, s.name)
		}
		block := Block{s.name, sql}
		switch {
		case s.head == "until":
			it.Until = sql
		case s.head == "result":
			p.m.SQL = sql
		case phase == "before":
			it.Before = append(it.Before, block)
		case phase == "step":
			it.Step = append(it.Step, block)
		default:
			it.After = append(it.After, block)
		}
	}
	if phase != "result" || len(it.Step) == 0 {
		p.failf("iterate", "a block is missing: want tables, step, tables, until, result")
	}
}

// cut splits the body at its block lines.
func cut(body string) (out []section) {
	line := 0
	for text := range strings.Lines(body) {
		line++
		if m := blockLine.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
			head, _, _ := strings.Cut(m[1], " ")
			out = append(out, section{head: head, name: m[2], line: line, sql: strings.Repeat("\n", line)})
		} else if len(out) > 0 {
			out[len(out)-1].sql += text
		}
	}
	return out
}

// blockSelect checks the SELECT of a block; known are the tables that exist by then.
func (p *parser) blockSelect(s section, known []string) string {
	checked := blockName.ReplaceAllStringFunc(s.sql, func(ref string) string {
		name := strings.Trim(ref, "{}")
		if !slices.Contains(known, name) {
			p.line = s.line
			p.failf("iterate", "there is no table {%s} at that time%s", name, suggestion(name, known))
		}
		return name
	})
	p.selectStatement(checked)
	return strings.TrimSpace(s.sql)
}

var blockName = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)
