package lake

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// A pack is a copy of all manifests of one source in one object, so that a run over a hundred thousand objects does not
// read a hundred thousand documents. It is a cache and nothing else: the listing says which manifests there are, and a
// packed one counts only while its ETag is the listed one. It may be deleted, damaged or old.
//
// It is zstd of a first line with the format, then one line per manifest, sorted by key: key, tab, ETag, tab, document.

// packFormat is raised when a line means something else; another one is no pack.
const packFormat = "waymark pack 1\n"

// longestLine bounds a manifest in a pack: longer ones are read by themselves.
const longestLine = 16 << 20

func packKey(source string) string { return "packs/" + source + ".zst" }

// PackManifests writes the pack of a source anew. Its manifests are as ReadableManifests gave them.
func (l *Lake) PackManifests(ctx context.Context, source string, manifests []Manifest) error {
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	_, _ = io.WriteString(w, packFormat) // its errors come back from Close
	order := slices.Clone(manifests)
	slices.SortFunc(order, func(a, b Manifest) int { return cmp.Compare(a.Key(), b.Key()) })
	for i := range order {
		document, err := order[i].encode() // ends with a line break and has no other
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s", order[i].Key(), order[i].ETag, document)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	if _, err := l.objects.Put(ctx, packKey(source), bytes.NewReader(buf.Bytes()), int64(buf.Len()), object.Condition{}); err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	return nil
}

// unpack returns the packed manifests in order of their keys, as far as the pack can be read.
func (l *Lake) unpack(ctx context.Context, source string) (out []Manifest, err error) {
	body, _, err := l.objects.Get(ctx, packKey(source))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read pack of manifests: %w", err)
	}
	defer func() { _ = body.Close() }() // it was only read
	r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil, nil
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), longestLine)
	if !lines.Scan() || lines.Text()+"\n" != packFormat {
		return nil, nil
	}
	names := interner{}
	for lines.Scan() {
		var m Manifest
		if m.unpack(lines.Bytes()) {
			names.manifest(&m)
			out = append(out, m)
		}
	}
	return out, nil
}

// unpack reads a line of a pack and reports whether it is a manifest.
func (m *Manifest) unpack(line []byte) bool {
	key, rest, _ := bytes.Cut(line, []byte{'\t'})
	etag, document, complete := bytes.Cut(rest, []byte{'\t'})
	if !complete || len(etag) == 0 || json.Unmarshal(document, m) != nil || m.Format != ManifestFormat || m.check() != nil || m.keyIs(string(key)) != nil {
		return false
	}
	m.ETag = string(etag)
	return true
}

// current moves those of the packed manifests that are as listed to the front and returns them, and what is listed besides. Both
// are in order of their keys.
func current(packed []Manifest, listed []object.Info) (same []Manifest, left []object.Info) {
	same = packed[:0]
	next := 0
	for _, info := range listed {
		for next < len(packed) && packed[next].Stored < info.Key {
			next++
		}
		if next < len(packed) && packed[next].Stored == info.Key && packed[next].ETag == info.ETag {
			same = append(same, packed[next])
			next++
		} else {
			left = append(left, info)
		}
	}
	return same, left
}

// interner keeps one copy of the words that manifests repeat.
type interner map[string]string

func (n interner) word(s *string) {
	if known, ok := n[*s]; ok {
		*s = known
		return
	}
	*s = strings.Clone(*s)
	n[*s] = *s
}

func (n interner) manifest(m *Manifest) {
	for _, s := range []*string{&m.Source, &m.System, &m.Export, &m.Status, &m.Fingerprint} {
		n.word(s)
	}
	for i := range m.Outputs {
		n.word(&m.Outputs[i].Table)
		n.word(&m.Outputs[i].Partition)
	}
}
