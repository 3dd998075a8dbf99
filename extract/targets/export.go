package targets

import (
	"bufio"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/extract/tabular"
	"waymark/internal/fault"
	"waymark/schemas"
)

// System is the name of the system in configurations and rows.
const System = "targets"

// chunkBytes holds any file of targets whole: that is how a target that comes twice is found.
const (
	chunkBytes = 64 << 20
	maxYAML    = 4 << 20
)

// The slots of a target, in the order of the layout's names.
const (
	kpi = iota
	dimension
	member
	baseline
	goal
	start
	due
	owner
	slots
)

var layout = &tabular.Layout{
	Of: "a target", Table: schemas.KPITarget,
	Names:  []string{"kpi", "dimension", "member", "baseline", "target", "start", "due", "owner"},
	Barred: []int{schemas.KtKPI, schemas.KtDimension, schemas.KtMember, schemas.KtBaseline, schemas.KtTarget, schemas.KtStartDate, schemas.KtDueDate, schemas.KtOwner},
	Need:   []int{kpi, goal, start, due},
}

// Exports returns the one export there is, targets. A file holds every target, so that the newest one replaces the others.
func Exports() []extract.Export {
	return []extract.Export{{System: System, Name: "targets", Tables: []*schemas.Table{schemas.KPITarget}, FullByDefault: true, Open: open}}
}

func open(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
	catalogue, err := readCatalogue()
	if err != nil {
		return nil, err
	}
	opt.ChunkBytes = chunkBytes
	isYAML := namedYAML(in.Name)
	if !isYAML {
		if isYAML, err = looksLikeYAML(ctx, in, opt); err != nil {
			return nil, err
		}
	}
	if isYAML {
		if len(opt.Fields) > 0 {
			return nil, fault.New(fault.Invalid, "a YAML file of targets has its own names: there are no fields to map")
		}
		return openYAML(ctx, in, opt, catalogue)
	}
	s, err := tabular.Open(ctx, in, opt, layout)
	if err != nil {
		return nil, err
	}
	return stream{s, catalogue}, nil
}

// namedYAML goes by the object's name, compressed or not.
func namedYAML(name string) bool {
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".yaml", ".yml":
		return true
	case ".gz", ".zst":
		return namedYAML(strings.TrimSuffix(name, ext))
	}
	return false
}

// looksLikeYAML goes by the first line that is neither blank nor a comment: `targets:` or a list.
func looksLikeYAML(ctx context.Context, in extract.Input, opt extract.Options) (bool, error) {
	stored, err := in.Open(ctx)
	if err != nil {
		return false, err
	}
	text, err := content.Open(stored, opt.MaxRatio, opt.Encoding)
	if err != nil {
		return false, content.Quarantine(err)
	}
	lines := bufio.NewReader(io.LimitReader(text, 1<<20))
	for {
		line, err := lines.ReadString('\n')
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line != "---" {
			return strings.HasPrefix(line, "targets:") || line == "-" || strings.HasPrefix(line, "- "), text.Close()
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, errors.Join(content.Quarantine(err), text.Close())
		}
	}
}

// stream is one opened CSV or JSON object.
type stream struct {
	*tabular.Stream
	catalogue *catalogue
}

func (s stream) NewDecoder() extract.Decoder {
	d := &decoder{Reader: s.NewReader(), checker: checker{catalogue: s.catalogue, seen: map[string]bool{}}}
	d.each = d.target
	return d
}

type decoder struct {
	*tabular.Reader
	checker checker
	sink    schemas.Sink
	each    func() error // target, made once
}

// Decode emits the row of every target in c.
func (d *decoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	d.sink = sink
	return d.Reader.Decode(ctx, c, sink, d.each)
}

func (d *decoder) target() error {
	var t entry
	for slot := range slots {
		t.text[slot], t.heads[slot], t.comma[slot] = d.Text(slot), d.Head(slot), d.DecimalComma(slot)
	}
	t.line, t.offset, t.raw = d.Line, d.Offset, d.Raw
	return d.checker.emit(&t, d.sink)
}
