package pipeline_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/internal/pipeline"
	"waymark/internal/sampledata"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// versioned is what one export of the sample shop gave: under which version, from which bytes, which rows.
type versioned struct{ version, input, rows string }

// The same export must not give other rows under the same version: manifests of objects that are read already would go on
// naming the old rows. Where the sample exports themselves changed nothing can be said, and -update is all there is to do.
func TestRowsChangeWithTheirVersion(t *testing.T) {
	const golden = "testdata/versions.golden"
	got := sampleVersions(t)
	if *update {
		writeVersions(t, golden, got)
	}
	want := readVersions(t, golden)
	for export, now := range got {
		then, ok := want[export]
		switch {
		case !ok || then.input != now.input:
			t.Errorf("%s: its sample exports are new or changed: run this test with -update", export)
		case then.version == now.version && then.rows != now.rows:
			t.Errorf("%s gives other rows: raise extract.Export.Version (or pipeline.CodeVersion where every export does), then run this test with -update", export)
		case then != now:
			t.Errorf("%s: version %s is not in %s: run this test with -update", export, now.version, golden)
		}
	}
}

// sampleVersions transforms every sample export, as a shard does: without a warehouse.
func sampleVersions(t *testing.T) map[string]versioned {
	t.Helper()
	dir := t.TempDir()
	exports := filepath.Join(dir, "exports")
	if _, err := sampledata.Generate(t.Context(), sampledata.Options{Seed: 11, Scale: 0.01}, sampledata.Directory(exports)); err != nil {
		t.Fatal(err)
	}
	fixTimes(t, exports)
	text := sampledata.Config(sampledata.ConfigOptions{Exports: exports, Lake: filepath.Join(dir, "lake"), Warehouse: "embedded:" + dir})
	cfg, err := configs.Parse("waymark.yaml", text, func(string) (string, bool) { return key, true })
	if err != nil {
		t.Fatal(err)
	}
	r, err := pipeline.New(t.Context(), pipeline.Options{Config: cfg, Log: zerolog.Nop(), Scope: pipeline.Scope{Shard: pipeline.Shard{Count: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	out := map[string]versioned{}
	for i := range r.Sources {
		s := &r.Sources[i]
		manifests, _, err := r.Lake.ReadableManifests(t.Context(), s.Config.Name)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, m := range manifests {
			for _, o := range m.Outputs {
				if o.Table != "reject" { // its rows name the object's path
					rows = append(rows, fmt.Sprintf("%s/%s %d %x", o.Table, o.Partition, o.Rows, o.HashSum))
				}
			}
		}
		slices.Sort(rows)
		name := s.Export.System + "/" + s.Export.Name + "/" + s.Config.Name
		out[name] = versioned{version: fmt.Sprintf("%d.%d", pipeline.CodeVersion, s.Export.Version), input: digestFiles(t, exports, s), rows: digestText(strings.Join(rows, "\n"))}
	}
	return out
}

// fixTimes gives every file the same time: it is the version of records that carry none.
func fixTimes(t *testing.T, dir string) {
	t.Helper()
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(file, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func digestText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// digestFiles digests the files that the source reads.
func digestFiles(t *testing.T, dir string, s *pipeline.Source) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		key, err := filepath.Rel(s.Location.Dir, file)
		if err != nil || !s.Location.Match(filepath.ToSlash(key)) {
			return err
		}
		text, err := os.ReadFile(file)
		all.WriteString(key + " " + digestText(string(text)) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if all.Len() == 0 {
		t.Errorf("source %s has no sample export", s.Config.Name)
	}
	return digestText(all.String())
}

func writeVersions(t *testing.T, file string, all map[string]versioned) {
	t.Helper()
	lines := []string{"# export version input rows; see TestRowsChangeWithTheirVersion"}
	for name, v := range all {
		lines = append(lines, strings.Join([]string{name, v.version, v.input, v.rows}, " "))
	}
	slices.Sort(lines)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readVersions(t *testing.T, file string) map[string]versioned {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]versioned{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) == 4 && words[0] != "#" {
			out[words[0]] = versioned{words[1], words[2], words[3]}
		}
	}
	return out
}
