package pipeline_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"waymark/load/lake"
	"waymark/schemas"
)

// A data file that was written before its table got columns goes on counting when its object is gone and cannot be read
// again: also when its partition is published anew because of another object.
func TestFilesOfAnOlderVersion(t *testing.T) {
	s := newSite(t)
	cfg := s.config(surveySource)
	s.write("in/a.csv", surveys(0, 20), 2*time.Hour)
	r := s.runner(cfg)
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	manifests, err := r.Lake.Manifests(t.Context(), "surveys")
	if err != nil {
		t.Fatal(err)
	}
	m := &manifests[0]
	m.Outputs = rewritten(t, r.Lake, r.LakeObjects, m.Outputs, "theme", "sentiment", "attributes")
	if err := r.Lake.ReplaceManifest(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.dir, "in/a.csv")); err != nil {
		t.Fatal(err)
	}
	s.write("in/b.csv", surveys(20, 20), time.Hour)
	s.run(cfg)
	s.want("SELECT count(), countIf(theme = '' AND sentiment IS NULL AND empty(attributes)) FROM waymark_raw.journey_event", "40|40")
	s.verify(cfg)
}

// rewritten writes the files of outputs again without the named columns.
func rewritten(t *testing.T, l *lake.Lake, o lake.Objects, outputs []lake.Output, columns ...string) []lake.Output {
	t.Helper()
	spool := lake.NewSpool(t.TempDir(), 1<<20)
	defer spool.Close()
	encoder := lake.NewEncoder()
	for _, out := range outputs {
		body, err := l.OpenFile(t.Context(), out.Key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		now := schemas.TableByName(out.Table)
		err = lake.ReadOutput(t.Context(), bytes.NewReader(data), int64(len(data)), out, func(b *schemas.Batch) error {
			groups, err := encoder.Encode(without(b, now, columns))
			if err != nil {
				return err
			}
			return spool.Add(groups)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	older, err := spool.Finish(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range older {
		if slices.ContainsFunc(outputs, func(x lake.Output) bool { return x.Key == out.Key }) {
			t.Fatal("the older file is the same file")
		}
	}
	return older
}

func without(b *schemas.Batch, now *schemas.Table, columns []string) *schemas.Batch {
	old := schemas.NewBatch(now.Without(columns...))
	old.Rows, old.Part = b.Rows, b.Part
	for i, c := range old.Table.Columns {
		old.Cols[i] = b.Cols[now.Col(c.Name)]
	}
	return old
}
