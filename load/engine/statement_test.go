package engine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	type want struct{ head, rows string }
	for text, c := range map[string]struct {
		s statement
		w want
	}{
		"SELECT 1":                                                  {s: statement{verb: "SELECT"}},
		" -- x\n # y\n /* z */ (select 1)":                          {s: statement{verb: "("}},
		"select 'FORMAT x' format JSON;":                            {s: statement{verb: "SELECT", format: "JSON", literals: []string{"FORMAT x"}}},
		"SELECT (SELECT 1 FORMAT CSV)":                              {s: statement{verb: "SELECT", calls: []string{"select"}}},
		"SELECT f(1) GROUP BY 1 WITH TOTALS":                        {s: statement{verb: "SELECT", whole: true, calls: []string{"f"}}},
		"SELECT $$a'b$$, $x$ $$ $x$, $1":                            {s: statement{verb: "SELECT", literals: []string{"a'b", " $$ "}}},
		`SELECT 'it''s', 'a\'b', 'unterminated`:                     {s: statement{verb: "SELECT", literals: []string{"it's", "a'b", "unterminated"}}},
		"SELECT 1 /* unterminated FORMAT CSV":                       {s: statement{verb: "SELECT"}},
		"SELECT format FROM t":                                      {s: statement{verb: "SELECT", whole: true}},
		"SELECT a FROM t ORDER BY format DESC":                      {s: statement{verb: "SELECT", whole: true}},
		"SELECT a, format FROM t FORMAT CSV":                        {s: statement{verb: "SELECT", format: "CSV", whole: true}},
		"SELECT a AS format, b FORMAT CSV SETTINGS max_threads = 1": {s: statement{verb: "SELECT", format: "CSV"}},
		"SELECT * FROM t WHERE format IS NULL":                      {s: statement{verb: "SELECT", whole: true}},
		"CREATE TABLE a PARALLEL WITH DROP b":                       {s: statement{verb: "CREATE", parallel: true}},
		"KILL QUERY WHERE query_id = 'a'":                           {s: statement{verb: "KILL", literals: []string{"a"}}},
		"INSERT INTO t FORMAT CSV\n1,2":                             {statement{verb: "INSERT", format: "CSV", takesData: true}, want{"INSERT INTO t ", "1,2"}},
		"INSERT INTO t FORMAT CSV \t;\r\n\n1":                       {statement{verb: "INSERT", format: "CSV", takesData: true}, want{"INSERT INTO t ", "\n1"}},
		"insert into format (a) format TSV\t\n1":                    {statement{verb: "INSERT", format: "TSV", takesData: true}, want{"insert into format (a) ", "1"}},
		"INSERT INTO a.`values` VALUES (1), ('(')":                  {statement{verb: "INSERT", format: "Values", takesData: true}, want{"INSERT INTO a.`values` ", " (1), ('(')"}},
		"INSERT INTO t (`a)`, \"b\") VALUES(1)":                     {statement{verb: "INSERT", format: "Values", takesData: true}, want{"INSERT INTO t (`a)`, \"b\") ", "(1)"}},
		"INSERT INTO FUNCTION file('x') VALUES 1":                   {statement{verb: "INSERT", format: "Values", takesData: true}, want{"INSERT INTO FUNCTION file('x') ", " 1"}},
		"INSERT INTO t":                                             {statement{verb: "INSERT", takesData: true}, want{"INSERT INTO t", ""}},
		"INSERT INTO t FORMAT":                                      {statement{verb: "INSERT", takesData: true}, want{"INSERT INTO t ", ""}},
		"INSERT INTO t SELECT 1 FORMAT CSV":                         {s: statement{verb: "INSERT", format: "CSV"}},
		"INSERT INTO t (SELECT f(1))":                               {s: statement{verb: "INSERT", calls: []string{"t", "f"}}},
		"INSERT INTO t (a) WITH 1 AS x SELECT x":                    {s: statement{verb: "INSERT", calls: []string{"t"}}},
		"INSERT INTO t FROM INFILE 'x' FORMAT CSV":                  {s: statement{verb: "INSERT", format: "CSV", literals: []string{"x"}, paths: true}},
		"SELECT a FROM t WHERE table = 'x'":                         {s: statement{verb: "SELECT", literals: []string{"x"}}},
		"SELECT table, 'x' FROM t, 'y'":                             {s: statement{verb: "SELECT", literals: []string{"x", "y"}, paths: true}},
		"DESCRIBE TABLE 'x'":                                        {s: statement{verb: "DESCRIBE", literals: []string{"x"}, paths: true}},
		"SELECT trim(BOTH 'x' FROM 'y') FROM t":                     {s: statement{verb: "SELECT", literals: []string{"x", "y"}, calls: []string{"trim"}}},
		"SELECT f\u00a0(1), ‘a'b’, “/c”":                            {s: statement{verb: "SELECT", literals: []string{"a'b"}, calls: []string{"f"}, paths: true}},
		"SELECT 1 /* /* ' */ ' */ FROM 'x'":                         {s: statement{verb: "SELECT", literals: []string{"x"}, paths: true}},
		"SELECT 1 AS x$$ FROM 'x' AS y$$, ‘unterminated":            {s: statement{verb: "SELECT", literals: []string{"x", "unterminated"}, paths: true}},
		"": {},
	} {
		got := parse(text)
		ignore := cmpopts.IgnoreFields(statement{}, "headEnd", "dataAt")
		if diff := cmp.Diff(c.s, got, cmp.AllowUnexported(statement{}), ignore); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if got.takesData {
			if w := (want{text[:got.headEnd], text[got.dataAt:]}); w != c.w {
				t.Errorf("%q: got %q, want %q", text, w, c.w)
			}
		}
	}
}

func TestEndangersDefault(t *testing.T) {
	for text, want := range map[string]bool{
		"DROP DATABASE default": true, "drop database if exists `default` SYNC": true, "DETACH DATABASE default": true, "RENAME DATABASE default TO x": true,
		"DROP DATABASE other": false, "DROP TABLE default": false, "SELECT 'DROP DATABASE default'": false, "CREATE DATABASE IF NOT EXISTS default": false,
	} {
		if got := endangersDefault(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// FuzzParse: no text makes the front panic, and the parts of an INSERT are parts of the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"SELECT 1", "INSERT INTO t (a) FORMAT CSV\n1", "INSERT INTO t VALUES (1)", "'", "`", "$$", "$a$", "/*", "--", "\\", "INSERT", "DROP DATABASE IF", "((((", "))))", "'\\", "“", "‘", "/*/*", "SELECT * FROM“/x”"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := parse(text)
		if s.headEnd < 0 || s.headEnd > s.dataAt || s.dataAt > len(text) {
			t.Fatalf("head ends at %d, rows at %d of %d", s.headEnd, s.dataAt, len(text))
		}
		if s.takesData && !strings.EqualFold(s.verb, "INSERT") {
			t.Fatalf("%s takes rows", s.verb)
		}
		endangersDefault(text)
		// What lies in a comment or behind a quoted string does not change the statement.
		if again := parse("/* INSERT INTO x VALUES */ " + text); again.verb != s.verb || again.format != s.format || again.takesData != s.takesData {
			t.Fatalf("a comment in front changes %+v to %+v", s, again)
		}
	})
}
