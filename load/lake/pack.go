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

// packed is what was found of a manifest.
type packed struct {
	key, etag string
	document  []byte
}

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

// unpack yields the packed manifests in order of their keys, as far as the pack can be read. yield must not keep the
// document.
func (l *Lake) unpack(ctx context.Context, source string, yield func(packed)) error {
	body, _, err := l.objects.Get(ctx, packKey(source))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read pack of manifests: %w", err)
	}
	defer func() { _ = body.Close() }() // it was only read
	r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), longestLine)
	if !lines.Scan() || lines.Text()+"\n" != packFormat {
		return nil
	}
	for lines.Scan() {
		key, rest, ok := bytes.Cut(lines.Bytes(), []byte{'\t'})
		etag, document, complete := bytes.Cut(rest, []byte{'\t'})
		if ok && complete {
			yield(packed{string(key), string(etag), document})
		}
	}
	return nil
}

// known decodes the listed manifests that the pack holds, and returns which of keys are left.
func (l *Lake) known(ctx context.Context, source string, listed []object.Info, into []Manifest) (left []int, err error) {
	done := make([]bool, len(listed))
	next := 0
	names := interner{}
	err = l.unpack(ctx, source, func(p packed) {
		for next < len(listed) && listed[next].Key < p.key {
			next++
		}
		if next == len(listed) || listed[next].Key != p.key || listed[next].ETag == "" || listed[next].ETag != p.etag {
			return
		}
		m := &into[next]
		if json.Unmarshal(p.document, m) != nil || m.Format != ManifestFormat || m.check() != nil || m.keyIs(p.key) != nil {
			*m = Manifest{}
			return
		}
		m.ETag, done[next] = p.etag, true
		names.manifest(m)
	})
	for i := range listed {
		if !done[i] {
			left = append(left, i)
		}
	}
	return left, err
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
