package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/load/clickhouse"
	"waymark/load/engine/enginetest"
	"waymark/transform/models"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// site is one lake, one warehouse and a directory of exports.
type site struct {
	t         *testing.T
	dir       string
	warehouse *clickhouse.Warehouse
	log       bytes.Buffer
	models    []models.Model // nil is all
}

// newSite has the named models and what they are made from; without names those of surveys, as most tests are about lake and
// warehouse and not about KPIs: each model costs a run some tenths of a second.
func newSite(t *testing.T, names ...string) *site {
	if len(names) == 0 {
		names = []string{"fct_survey_response", "dim_customer"}
	}
	s := newWholeSite(t)
	s.models = modelsFor(t, names...)
	return s
}

// modelsFor are the named models and all that they and their data tests read.
func modelsFor(t *testing.T, names ...string) []models.Model {
	t.Helper()
	list, err := models.Load()
	if err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for _, n := range names {
		if !slices.ContainsFunc(list, func(m models.Model) bool { return m.Name == n }) {
			t.Fatalf("there is no model %s", n)
		}
		needed[n] = true
	}
	for i := len(list) - 1; i >= 0; i-- {
		if m := &list[i]; needed[m.Name] {
			for _, d := range m.DependsOn {
				needed[d] = true
			}
			for _, test := range m.Tests {
				for _, d := range test.DependsOn {
					needed[d] = true
				}
			}
		}
	}
	return slices.DeleteFunc(list, func(m models.Model) bool { return !needed[m.Name] })
}

func newWholeSite(t *testing.T) *site {
	p := enginetest.Start(t)
	w, err := clickhouse.Open(t.Context(), clickhouse.Options{Address: p.Address(), Secret: p.Secret(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return &site{t: t, dir: t.TempDir(), warehouse: w}
}

const key = "an-example-key-of-thirty-two-byte"

// config reads sources (YAML list items) into a configuration of the site; $DIR is its directory.
func (s *site) config(sources string, top ...string) *configs.Config {
	s.t.Helper()
	text := "lake: $DIR/lake\nwarehouse: embedded:$DIR/warehouse\nprivacy: { key: \"${env:KEY}\" }\n" +
		strings.Join(top, "\n") + "\nsources:\n" + sources
	text = strings.ReplaceAll(text, "$DIR", s.dir)
	cfg, err := configs.Parse(filepath.Join(s.dir, "waymark.yaml"), []byte(text), func(string) (string, bool) { return key, true })
	if err != nil {
		s.t.Fatal(err)
	}
	return cfg
}

func (s *site) runner(cfg *configs.Config) *pipeline.Runner {
	s.t.Helper()
	r, err := pipeline.New(s.t.Context(), pipeline.Options{Config: cfg, Warehouse: s.warehouse, Log: zerolog.New(&s.log), Models: s.models})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { r.Close() })
	return r
}

// run runs once; it must succeed.
func (s *site) run(cfg *configs.Config) *pipeline.Report {
	s.t.Helper()
	report, err := s.runner(cfg).Run(s.t.Context(), nil)
	if err != nil {
		s.t.Fatalf("run: %v\n%s", err, s.log.String())
	}
	return report
}

// write puts a file into the site's directory; names that end in .gz are compressed. age orders modification times.
func (s *site) write(name, text string, age time.Duration) {
	s.t.Helper()
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(data); err != nil {
			s.t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			s.t.Fatal(err)
		}
		data = b.Bytes()
	}
	file := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		s.t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(-age)
	if err := os.Chtimes(file, at, at); err != nil {
		s.t.Fatal(err)
	}
}

// query returns the rows of a statement, cells joined by "|".
func (s *site) query(sql string) []string {
	s.t.Helper()
	rows, err := s.warehouse.Query(context.Background(), sql, nil, true)
	if err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func (s *site) want(sql string, want ...string) {
	s.t.Helper()
	if got := s.query(sql); fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("%s:\n got %v\nwant %v", sql, got, want)
	}
}

// verify demands that the warehouse is what the lake says.
func (s *site) verify(cfg *configs.Config) {
	s.t.Helper()
	v, err := s.runner(cfg).Verify(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(v.Differences) > 0 {
		s.t.Errorf("verify: %+v", v.Differences)
	}
}

// marts digests every mart, so that two states of a warehouse can be compared. The tuple keeps NULLs in the hash.
func (s *site) marts() string {
	s.t.Helper()
	var parts []string
	for _, name := range s.query("SELECT name FROM system.tables WHERE database = 'waymark_mart'") {
		parts = append(parts, "SELECT concat('"+name+" ', toString(count()), '|', toString(sum(sipHash64(tuple(*))))) AS digest FROM waymark_mart.`"+name+"`")
	}
	return strings.Join(s.query("SELECT digest FROM (\n"+strings.Join(parts, "\nUNION ALL ")+"\n) ORDER BY digest"), "\n")
}

// contents joins every file below dir, archives undone.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if z, zerr := gzip.NewReader(bytes.NewReader(data)); zerr == nil {
			if plain, rerr := io.ReadAll(z); rerr == nil {
				data = plain
			}
		}
		out.Write(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
