package architecture

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// leaves may be imported by every layer; they import nothing of Waymark but each other.
var leaves = []string{"schemas", "internal/fault", "internal/object", "internal/nearest"}

// allowed says, for each folder, which folders of Waymark its packages may import besides leaves and their own subtree.
// cmd → internal/{schedule,pipeline} → {extract, transform, load} → schemas.
var allowed = map[string][]string{
	"schemas":             {},
	"internal/fault":      {},
	"internal/object":     {},
	"internal/nearest":    {},
	"extract":             {},
	"transform":           {},
	"load":                {},
	"configs":             {"transform/journey", "internal/schedule"},
	"internal/schedule":   {},
	"internal/sampledata": {},
	"internal/pipeline":   {"extract", "transform", "load", "configs"},
	"internal/serve":      {"internal/pipeline", "internal/schedule", "configs", "load/lake"},
	"internal/testenv":    {},
	"cmd":                 {"internal/pipeline", "internal/schedule", "internal/serve", "internal/sampledata", "configs", "extract/store", "load/engine", "load/clickhouse", "transform/journey"},
	"bench":               {"internal/pipeline", "internal/sampledata", "internal/testenv", "configs", "extract", "transform", "load"},
}

// vendors names the packages that may import a library: one vendor, one package.
// Parquet is read and written at two ends of the flow that must not know each other (docs/decisions/0002).
var vendors = map[string][]string{
	"github.com/aws/":                       {"extract/store"},
	"github.com/parquet-go/":                {"load/lake", "extract/parquetscan"},
	"github.com/ClickHouse/":                {"load/clickhouse", "load/engine"},
	"github.com/robfig/cron":                {"internal/schedule"},
	"github.com/ebitengine/purego":          {"load/engine"},
	"github.com/prometheus/":                {"internal/serve"},
	"github.com/spf13/cobra":                {"cmd/waymark"},
	"github.com/goccy/go-yaml":              {"configs", "transform/journey", "schemas", "extract/targets"},
	"github.com/aws/aws-sdk-go-v2/feature/": {"extract/store"},
}

// TestImports holds every file of the program, tests aside, to both rules.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		files++
		checkFile(t, file, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Fatalf("only %d files were read: the walk does not see the program", files)
	}
}

func checkFile(t *testing.T, file, rel string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", rel, err)
		return
	}
	dir := path.Dir(rel)
	testSupport := strings.HasSuffix(dir, "test") || strings.Contains(dir, "test/") || strings.HasPrefix(dir, "internal/testenv")
	for _, spec := range parsed.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if own, ok := strings.CutPrefix(name, "waymark/"); ok {
			if !testSupport && !mayImport(dir, own) {
				t.Errorf("%s imports %s: data flows one way (see docs/architecture.md)", rel, name)
			}
			continue
		}
		for prefix, packages := range vendors {
			if strings.HasPrefix(name, prefix) && !testSupport && !within(dir, packages) {
				t.Errorf("%s imports %s: only %s may", rel, name, strings.Join(packages, ", "))
			}
		}
	}
}

func mayImport(dir, target string) bool {
	if within(target, leaves) {
		return true
	}
	for folder, targets := range allowed {
		if under(dir, folder) && (under(target, folder) || within(target, targets)) {
			return true
		}
	}
	return false
}

func within(dir string, folders []string) bool {
	for _, f := range folders {
		if under(dir, f) {
			return true
		}
	}
	return false
}

func under(dir, folder string) bool { return dir == folder || strings.HasPrefix(dir, folder+"/") }

// TestRuleItself makes sure that the rule can fail.
func TestRuleItself(t *testing.T) {
	for _, c := range []struct {
		dir, target string
		want        bool
	}{
		{"extract/ga4", "extract/jsonscan", true}, {"extract/ga4", "schemas", true}, {"extract/ga4", "load/lake", false},
		{"load/lake", "transform", false}, {"transform/journey", "extract", false}, {"internal/pipeline", "load/lake", true},
		{"load/lake", "internal/pipeline", false}, {"schemas", "configs", false},
	} {
		if got := mayImport(c.dir, c.target); got != c.want {
			t.Errorf("%s importing %s: allowed %t, want %t", c.dir, c.target, got, c.want)
		}
	}
}
