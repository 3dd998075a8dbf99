package targets

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"waymark/extract"
	"waymark/extract/content"
	"waymark/schemas"
)

// document is an opened YAML file: one chunk.
type document struct {
	text      io.ReadCloser
	catalogue *catalogue
	done      bool
}

func openYAML(ctx context.Context, in extract.Input, opt extract.Options, c *catalogue) (extract.Stream, error) {
	stored, err := in.Open(ctx)
	if err != nil {
		return nil, err
	}
	text, err := content.Open(stored, opt.MaxRatio, opt.Encoding)
	if err != nil {
		return nil, content.Quarantine(err)
	}
	return &document{text: text, catalogue: c}, nil
}

// Next implements extract.Stream.
func (d *document) Next(ctx context.Context) (extract.Chunk, error) {
	if d.done {
		return extract.Chunk{}, io.EOF
	}
	d.done = true
	data, err := io.ReadAll(io.LimitReader(d.text, maxYAML+1))
	switch {
	case err != nil:
		return extract.Chunk{}, content.Quarantine(err)
	case len(data) > maxYAML:
		return extract.Chunk{}, &extract.Quarantine{Reason: schemas.TooLarge, Message: "a file of targets is at most 4 MiB"}
	}
	return extract.Chunk{Data: data, Line: 1}, ctx.Err()
}

// News implements extract.Stream: an unknown key is rejected.
func (d *document) News() extract.News { return extract.News{} }

// Close implements extract.Stream.
func (d *document) Close() error { return d.text.Close() }

// NewDecoder implements extract.Stream.
func (d *document) NewDecoder() extract.Decoder {
	return &yamlDecoder{checker{catalogue: d.catalogue, seen: map[string]bool{}}}
}

type yamlDecoder struct{ checker checker }

// Decode emits the row of every target. What is no list of targets is a *extract.Quarantine.
func (d *yamlDecoder) Decode(_ context.Context, c extract.Chunk, sink schemas.Sink) error {
	list, err := entries(c.Data)
	if err != nil {
		return err
	}
	for _, n := range list {
		t, p := d.read(n, c.Data)
		if p != nil {
			err = sink.Reject(schemas.Reject{Line: t.line, Offset: t.offset, Reason: p.why, Message: p.message, Record: t.raw})
		} else {
			err = d.checker.emit(t, sink)
		}
		if err != nil {
			return err
		}
	}
	sink.Records(int64(len(list)))
	return nil
}

// entries finds the list.
func entries(text []byte) (list []ast.Node, err error) {
	broken := func(message string) error { return &extract.Quarantine{Reason: schemas.Malformed, Message: message} }
	defer func() {
		if recover() != nil { // go-yaml panics on some malformed text
			list, err = nil, broken("the YAML cannot be read")
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, &extract.Quarantine{Reason: schemas.Malformed, Line: lineOf(err), Message: "the YAML cannot be read from here on"}
	}
	if len(file.Docs) != 1 {
		return nil, broken("want one document")
	}
	node := file.Docs[0].Body
	if values := pairs(node); len(values) == 1 && keyOf(values[0]) == "targets" {
		node = values[0].Value
	}
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil, nil
	case *ast.SequenceNode:
		return n.Values, nil
	}
	return nil, broken("want a list of targets under the key targets")
}

// lineOf is where the parser gave up; 0 when it does not say.
func lineOf(err error) int64 {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
		return int64(at.GetToken().Position.Line)
	}
	return 0
}

// pairs returns the members of a mapping; one with a single member is a node of its own kind.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func keyOf(kv *ast.MappingValueNode) string { return strings.Trim(kv.Key.String(), `"'`) }

// read takes the texts of one target.
func (d *yamlDecoder) read(n ast.Node, text []byte) (*entry, *problem) {
	t := &entry{line: 1, raw: text[:0]}
	copy(t.heads[:], layout.Names)
	members := pairs(n)
	if at := n.GetToken(); at != nil && at.Position != nil {
		t.line = int64(at.Position.Line)
	}
	if len(members) > 0 {
		t.line = int64(members[0].Key.GetToken().Position.Line)
	}
	t.offset, t.raw = lineAt(text, t.line)
	if len(members) == 0 {
		return t, &problem{why: schemas.WrongType, message: "want a target with the keys " + strings.Join(layout.Names, ", ")}
	}
	for _, kv := range members {
		slot := slices.Index(layout.Names, keyOf(kv))
		if slot < 0 {
			p := unknown(0, "unknown key", keyOf(kv), layout.Names)
			p.why = schemas.WrongType
			return t, p
		}
		if t.text[slot] != nil {
			return t, &problem{why: schemas.Contradiction, message: "a key is given twice"}
		}
		value, ok := scalar(kv.Value)
		if !ok {
			return t, &problem{why: schemas.WrongType, message: "want text or a number"}
		}
		t.text[slot] = value
	}
	return t, nil
}

// scalar returns the text of a value as it is written.
func scalar(n ast.Node) ([]byte, bool) {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, true
	case *ast.StringNode:
		return []byte(strings.TrimSpace(n.Value)), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return []byte(strings.TrimSpace(n.GetToken().Value)), true
	}
	return nil, false
}

// lineAt returns the offset and text of a line.
func lineAt(text []byte, line int64) (int64, []byte) {
	rest, offset := text, int64(0)
	for ; line > 1; line-- {
		i := slices.Index(rest, '\n')
		if i < 0 {
			break
		}
		rest, offset = rest[i+1:], offset+int64(i)+1
	}
	if i := slices.Index(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return offset, rest
}
