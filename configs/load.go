package configs

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"waymark/internal/fault"
	"waymark/internal/nearest"
)

// maxFile bounds the configuration file; YAML aliases make larger ones a hazard.
const maxFile = 4 << 20

// Lookup gives the value of an environment variable; os.LookupEnv in main.
type Lookup func(name string) (string, bool)

// Load reads path over the defaults. The error is a joined list of *fault.Error of kind Invalid, each with file and
// line, also when there is no such file. Validate is part of it. Where the text can be read the configuration is given beside
// the error, so that further checks can add theirs.
func Load(path string, env Lookup) (*Config, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &fault.Error{Kind: fault.Invalid, Object: path, Err: errors.New("no such configuration file"),
			Hint: "write one with `waymark init`, or name it with --config"}
	}
	if err == nil && info.Size() > maxFile {
		return nil, &fault.Error{Kind: fault.Invalid, Object: path, Err: fmt.Errorf("configuration file is larger than %d MiB", maxFile>>20)}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Object: path, Err: err}
	}
	cfg, err := Parse(path, text, env)
	if here, gone := os.Getwd(); cfg != nil && gone == nil {
		cfg.rebase(here) // objects of a directory are known by their path, which must not depend on where the command is run
	}
	return cfg, err
}

// Parse is Load for text that is already read; name stands in messages, and relative paths of ${file:…} start at its folder.
func Parse(name string, text []byte, env Lookup) (*Config, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	cfg := Default()
	cfg.File, cfg.lines, cfg.references = name, map[string]int{}, map[string]bool{}
	cfg.told, cfg.misspelt = map[string]bool{}, map[string]bool{}
	p := &document{name: name, cfg: cfg, env: env}
	for i, doc := range file.Docs {
		if i > 0 && doc.Body != nil {
			p.unreadable = true
			p.fail(doc.Body.GetToken().Position.Line, "", "one document only", "")
		} else if doc.Body != nil {
			p.walk(doc.Body, reflect.TypeFor[Config](), "")
		}
	}
	if p.unreadable {
		return nil, errors.Join(p.errs...)
	}
	if len(file.Docs) > 0 && file.Docs[0].Body != nil {
		if err := yaml.NodeToValue(file.Docs[0].Body, cfg); err != nil {
			return nil, errors.Join(append(p.errs, syntaxError(name, err))...)
		}
	}
	cfg.complete()
	cfg.rebase(filepath.Dir(name))
	return cfg, errors.Join(append(p.errs, cfg.Validate())...)
}

// complete fills what depends on other values.
func (c *Config) complete() {
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.RejectLimit == 0 {
			if _, given := c.lines[fmt.Sprintf("sources[%d].reject_limit", i)]; !given {
				s.RejectLimit = DefaultRejectLimit
			}
		}
		if s.Country == "" {
			s.Country = c.Country
		}
	}
}

// rebase makes relative paths start at the folder of the configuration file, wherever the command is run.
func (c *Config) rebase(dir string) {
	if dir == "." {
		return
	}
	c.Lake = rebased(dir, c.Lake)
	if path, ok := strings.CutPrefix(c.Warehouse, "embedded:"); ok {
		c.Warehouse = "embedded:" + rebased(dir, path)
	}
	for i := range c.Sources {
		c.Sources[i].Location = rebased(dir, c.Sources[i].Location)
	}
}

func rebased(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	out := filepath.Join(dir, path)
	if strings.HasSuffix(path, "/") {
		out += "/" // everything under it
	}
	return out
}

var positioned = regexp.MustCompile(`^\[(\d+):\d+\] (.*)`)

func syntaxError(name string, err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	e := &fault.Error{Kind: fault.Invalid, Object: name, Err: errors.New(first)}
	if m := positioned.FindStringSubmatch(first); m != nil {
		e.Line, _ = strconv.ParseInt(m[1], 10, 64) // digits, by the pattern; 0 when there are too many
		e.Err = errors.New(m[2])
	}
	return e
}

// document walks the syntax tree once: it finds unknown keys, remembers lines and expands references in place.
type document struct {
	name string
	cfg  *Config
	env  Lookup
	errs []error
	// unreadable is set where going on would guess at what is meant, or follow an alias without end.
	unreadable bool
}

func (d *document) fail(line int, path, msg, hint string) {
	d.cfg.told[path] = true
	d.errs = append(d.errs, &fault.Error{Kind: fault.Invalid, Object: d.name, Line: int64(line), Field: path, Err: errors.New(msg), Hint: hint})
}

func (d *document) walk(n ast.Node, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	d.cfg.lines[path] = n.GetToken().Position.Line
	switch n := n.(type) {
	case *ast.MappingNode:
		seen := map[string]bool{}
		for _, kv := range n.Values {
			d.entry(kv, t, path, seen)
		}
	case *ast.MappingValueNode:
		d.entry(n, t, path, map[string]bool{})
	case *ast.SequenceNode:
		elem := t
		if t.Kind() == reflect.Slice {
			elem = t.Elem()
		}
		for i, v := range n.Values {
			d.walk(v, elem, fmt.Sprintf("%s[%d]", path, i))
		}
	case *ast.StringNode:
		n.Value = d.expand(n.Value, n.GetToken().Position.Line, path)
	case *ast.LiteralNode:
		n.Value.Value = d.expand(n.Value.Value, n.GetToken().Position.Line, path)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.unreadable = true
		d.fail(n.GetToken().Position.Line, path, "anchors, aliases and tags are not used here", "write the value out")
	}
}

func (d *document) entry(kv *ast.MappingValueNode, t reflect.Type, path string, seen map[string]bool) {
	key := strings.Trim(kv.Key.String(), `"'`)
	line := kv.Key.GetToken().Position.Line
	full := join(path, key)
	if seen[key] {
		d.unreadable = true
		d.fail(line, full, "key given twice", "")
	}
	seen[key] = true
	if t.Kind() != reflect.Struct {
		elem := t
		if t.Kind() == reflect.Map {
			elem = t.Elem()
		}
		d.walk(kv.Value, elem, full)
		return
	}
	names := keysOf(t)
	field, ok := names[key]
	if !ok {
		known := slices.Sorted(maps.Keys(names))
		hint := "known keys: " + strings.Join(known, ", ")
		if s := nearest.Of(key, known); s != "" {
			hint = fmt.Sprintf("did you mean %q?", s)
		}
		d.cfg.misspelt[path] = true
		d.fail(line, full, "unknown key", hint)
		return
	}
	d.walk(kv.Value, field.Type, full)
	d.cfg.lines[full] = line
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keysOf(t reflect.Type) map[string]reflect.StructField {
	names := map[string]reflect.StructField{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && tag != "-" {
			if tag == "" {
				tag = strings.ToLower(f.Name)
			}
			names[tag] = f
		}
	}
	return names
}

var reference = regexp.MustCompile(`\$\{([a-z]*):([^}]*)\}`)

// expand replaces ${env:NAME} and ${file:PATH}; it never puts a value into a message.
func (d *document) expand(s string, line int, path string) string {
	return reference.ReplaceAllStringFunc(s, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		d.cfg.references[path] = true
		switch m[1] {
		case "env":
			v, ok := d.env(m[2])
			if !ok || v == "" {
				d.fail(line, path, fmt.Sprintf("environment variable %s is not set", m[2]), fmt.Sprintf("set it: export %s=…", m[2]))
			}
			return v
		case "file":
			file := m[2]
			if !filepath.IsAbs(file) {
				file = filepath.Join(filepath.Dir(d.name), file)
			}
			b, err := os.ReadFile(file)
			if err != nil {
				d.fail(line, path, fmt.Sprintf("cannot read the file of ${file:%s}", m[2]), "check that it exists and is readable")
			}
			return strings.TrimRight(string(b), "\r\n")
		}
		d.fail(line, path, fmt.Sprintf("unknown reference ${%s:…}", m[1]), "use ${env:NAME} or ${file:PATH}")
		return ""
	})
}
