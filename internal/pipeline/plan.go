package pipeline

import (
	"cmp"
	"slices"
	"strings"

	"waymark/load/lake"
	"waymark/schemas"
)

// Change is one partition whose set of files is not the published one.
type Change struct {
	Table     *schemas.Table
	Partition string
	Files     []lake.Output // distinct files in key order; none means that the partition is to be dropped
	FileSet   string
}

// Key is the partition's name in the ledger.
func (c Change) Key() string { return c.Table.Name + "/" + c.Partition }

func (c Change) bytes() (n int64) {
	for _, f := range c.Files {
		n += f.Bytes
	}
	return n
}

// desired gathers, for each partition, the distinct files that the current manifests name.
func desired(manifests []*lake.Manifest) map[string][]lake.Output {
	files := map[string][]lake.Output{}
	seen := map[string]bool{}
	for _, m := range manifests {
		for _, o := range m.Outputs {
			if !seen[o.Key] {
				seen[o.Key] = true
				key := o.Table + "/" + o.Partition
				files[key] = append(files[key], o)
			}
		}
	}
	for _, list := range files {
		slices.SortFunc(list, func(a, b lake.Output) int { return cmp.Compare(a.Key, b.Key) })
	}
	return files
}

// changes holds the desired state against the ledger: the partitions to rebuild or drop, in order of table and partition.
func changes(want map[string][]lake.Output, ledger lake.Ledger) []Change {
	return changesOf(want, ledger, nil)
}

// changesOf is changes with partitions that are rebuilt in any case, by their key.
func changesOf(want map[string][]lake.Output, ledger lake.Ledger, rebuild func(key string) bool) []Change {
	var out []Change
	add := func(key string, files []lake.Output) {
		table, partition, _ := strings.Cut(key, "/")
		t := schemas.TableByName(table)
		if t == nil {
			return // of a table that this version does not know
		}
		keys := make([]string, len(files))
		for i, f := range files {
			keys[i] = f.Key
		}
		if set := lake.FileSet(keys); set != ledger.Partitions[key].Files || rebuild != nil && rebuild(key) {
			out = append(out, Change{Table: t, Partition: partition, Files: files, FileSet: set})
		}
	}
	for key, files := range want {
		add(key, files)
	}
	for key := range ledger.Partitions {
		if _, ok := want[key]; !ok {
			add(key, nil)
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Key(), b.Key()) })
	return out
}

// batches cuts the changes of each table into runs of bounded size that are staged and audited together.
func batches(list []Change) [][]Change {
	const maxBytes, maxPartitions = 256 << 20, 512
	var out [][]Change
	var bytes int64
	for i, c := range list {
		if i == 0 || list[i-1].Table != c.Table || bytes+c.bytes() > maxBytes || len(out[len(out)-1]) == maxPartitions {
			out, bytes = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], c)
		bytes += c.bytes()
	}
	return out
}
