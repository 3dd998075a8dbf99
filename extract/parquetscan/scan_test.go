package parquetscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"waymark/extract"
	"waymark/schemas"
)

func input(data []byte) extract.Input {
	return extract.Input{
		Name: "mem", Size: int64(len(data)),
		ReadAt: func(_ context.Context, p []byte, off int64) (int, error) { return bytes.NewReader(data).ReadAt(p, off) },
	}
}

// value and entry are a list of structures as GA4 has it.
type value struct {
	Text *string  `parquet:"text,optional"`
	Int  *int64   `parquet:"int,optional"`
	Dbl  *float64 `parquet:"dbl,optional"`
}

type entry struct {
	Key   string `parquet:"key"`
	Value *value `parquet:"value,optional"`
}

type threeLevels struct {
	ID    int64   `parquet:"id"`
	Name  *string `parquet:"name,optional"`
	Props []entry `parquet:"props,list"`
}

type repeated struct {
	ID    int64   `parquet:"id"`
	Name  *string `parquet:"name,optional"`
	Props []entry `parquet:"props"`
}

var fields = []Field{
	{Path: "id", Type: Int, Required: true}, {Path: "name"},
	{Path: "props.key", List: true}, {Path: "props.value.text", List: true}, {Path: "props.value.int", Type: Int, List: true}, {Path: "props.value.dbl", Type: Float, List: true},
	{Path: "absent.at.all"},
}

func props(i int) []entry {
	var out []entry
	for j := range i % 4 {
		e := entry{Key: fmt.Sprintf("k%d", j)}
		text, n, f := fmt.Sprintf("t%d.%d", i, j), int64(i*10+j), float64(i)/4
		switch (i + j) % 5 {
		case 0:
			e.Value = &value{Text: &text}
		case 1:
			e.Value = &value{Int: &n}
		case 2:
			e.Value = &value{Dbl: &f}
		case 3:
			e.Value = &value{}
		}
		out = append(out, e)
	}
	return out
}

func name(i int) *string {
	if i%3 == 0 {
		return nil
	}
	s := fmt.Sprintf("name %d", i)
	return &s
}

// expected renders row i as line does.
func expected(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d", i, i)
	if n := name(i); n != nil {
		b.WriteString(" " + *n)
	}
	for _, e := range props(i) {
		b.WriteString(" " + e.Key)
		if v := e.Value; v != nil {
			switch {
			case v.Text != nil:
				b.WriteString("=" + *v.Text)
			case v.Int != nil:
				fmt.Fprintf(&b, "=%d", *v.Int)
			case v.Dbl != nil:
				fmt.Fprintf(&b, "=%g", *v.Dbl)
			}
		}
	}
	return b.String()
}

func line(r *Reader) string {
	var b strings.Builder
	id, _ := r.Int(0, 0)
	fmt.Fprintf(&b, "%d %d", r.Row(), id)
	if n, ok := r.Text(1, 0); ok {
		b.WriteString(" " + string(n))
	}
	for j := range r.Len(2) {
		k, _ := r.Text(2, j)
		b.WriteString(" " + string(k))
		if t, ok := r.Text(3, j); ok {
			b.WriteString("=" + string(t))
		} else if n, ok := r.Int(4, j); ok {
			fmt.Fprintf(&b, "=%d", n)
		} else if f, ok := r.Float(5, j); ok {
			fmt.Fprintf(&b, "=%g", f)
		}
	}
	return b.String()
}

func write[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// legacyList writes the two-level layout: a group whose repeated child "array" is the element itself.
func legacyList(t testing.TB, rows int) []byte {
	t.Helper()
	entry := parquet.Group{"key": parquet.Required(parquet.String()), "value": parquet.Optional(parquet.Group{
		"text": parquet.Optional(parquet.String()), "int": parquet.Optional(parquet.Int(64)), "dbl": parquet.Optional(parquet.Leaf(parquet.DoubleType)),
	})}
	schema := parquet.NewSchema("x", parquet.Group{
		"id": parquet.Required(parquet.Int(64)), "name": parquet.Optional(parquet.String()),
		"props": parquet.Optional(parquet.Group{"array": parquet.Repeated(entry)}),
	})
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[any](&buf, schema)
	for i := range rows { // columns by name: id, name, props.array.key, .value.dbl, .value.int, .value.text
		row := parquet.Row{parquet.ValueOf(int64(i)).Level(0, 0, 0), parquet.Value{}.Level(0, 0, 1)}
		if n := name(i); n != nil {
			row[1] = parquet.ValueOf(*n).Level(0, 1, 1)
		}
		columns := make([][]parquet.Value, 4)
		for j, e := range props(i) {
			rep := min(j, 1)
			v := e.Value
			null := 3 // the value is there, its member is not
			if v == nil {
				v, null = &value{}, 2
			}
			columns[0] = append(columns[0], parquet.ValueOf(e.Key).Level(rep, 2, 2))
			cells := [3]parquet.Value{parquet.Value{}.Level(rep, null, 3), parquet.Value{}.Level(rep, null, 4), parquet.Value{}.Level(rep, null, 5)}
			switch {
			case v.Dbl != nil:
				cells[0] = parquet.ValueOf(*v.Dbl).Level(rep, 4, 3)
			case v.Int != nil:
				cells[1] = parquet.ValueOf(*v.Int).Level(rep, 4, 4)
			case v.Text != nil:
				cells[2] = parquet.ValueOf(*v.Text).Level(rep, 4, 5)
			}
			for k := range cells {
				columns[k+1] = append(columns[k+1], cells[k])
			}
		}
		for k, c := range columns {
			if len(c) == 0 {
				c = []parquet.Value{parquet.Value{}.Level(0, i%2, k+2)} // an empty list, or none
			}
			row = append(row, c...)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// readAll reads the chunks in order with readers many workers.
func readAll(t testing.TB, data []byte, readers int, opt Options) ([]string, error) {
	t.Helper()
	f, err := Open(context.Background(), input(data), fields, opt)
	if err != nil {
		return nil, err
	}
	return drain(t, f, readers)
}

func drain(t testing.TB, f *File, readers int) ([]string, error) {
	t.Helper()
	workers := make([]*Reader, readers)
	for i := range workers {
		workers[i] = f.NewReader()
		defer workers[i].Close()
	}
	var out []string
	for i := 0; ; i++ {
		c, err := f.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if c.Index != i || c.Line != int64(len(out))+1 || c.Rows > f.rows && f.indexed(c.Part) {
			t.Fatalf("chunk %d is %+v after %d rows", i, c, len(out))
		}
		r := workers[i%readers]
		if err := r.Seek(c); err != nil {
			return out, err
		}
		for r.Next() {
			out = append(out, line(r))
			if p := r.Problem(); p.Reason != "" {
				t.Fatalf("row %d: %+v", r.Row(), p)
			}
		}
		if err := r.Err(); err != nil {
			return out, err
		}
	}
}

func TestLayouts(t *testing.T) {
	const n = 1000
	var three []threeLevels
	var rep []repeated
	var want []string
	for i := range n {
		three = append(three, threeLevels{int64(i), name(i), props(i)})
		rep = append(rep, repeated{int64(i), name(i), props(i)})
		want = append(want, expected(i))
	}
	small := []parquet.WriterOption{parquet.PageBufferSize(512), parquet.MaxRowsPerRowGroup(300)}
	for name, data := range map[string][]byte{
		"list.element":           write(t, three),
		"small pages and groups": write(t, three, small...),
		"pages of version 1":     write(t, three, append(small, parquet.DataPageVersion(1))...),
		"zstd":                   write(t, three, append(small, parquet.Compression(&parquet.Zstd))...),
		"repeated":               write(t, rep, small...),
		"legacy array":           legacyList(t, n),
	} {
		for _, readers := range []int{1, 3} {
			for _, rows := range []int64{0, 7, 128} {
				got, err := readAll(t, data, readers, Options{ChunkRows: rows})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%s, chunks of %d, %d readers: %s", name, rows, readers, d)
				}
			}
		}
	}
}

// TestWithoutPageIndex reads a file as if it had been written without one, workers taking turns.
func TestWithoutPageIndex(t *testing.T) {
	var rows []threeLevels
	var want []string
	for i := range 1000 {
		rows = append(rows, threeLevels{int64(i), name(i), props(i)})
		want = append(want, expected(i))
	}
	for _, readers := range []int{1, 2, 5} {
		for _, version := range []int{1, 2} {
			data := write(t, rows, parquet.PageBufferSize(512), parquet.MaxRowsPerRowGroup(400), parquet.DataPageVersion(version))
			f, err := Open(context.Background(), input(data), fields, Options{ChunkRows: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			f.rows = 7
			for _, g := range f.file.Metadata().RowGroups {
				for i := range g.Columns {
					g.Columns[i].OffsetIndexOffset = 0
				}
			}
			got, err := drain(t, f, readers)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%d readers, pages of version %d: %s", readers, version, d)
			}
		}
	}
}

func TestTypesMayVary(t *testing.T) {
	type row struct {
		ID    int32   `parquet:"id"`
		Float float32 `parquet:"float"`
		Whole float64 `parquet:"whole"`
		Milli int64   `parquet:"milli,timestamp(millisecond)"`
		Nano  int64   `parquet:"nano,timestamp(nanosecond)"`
		Text  int64   `parquet:"text"`
		Flag  bool    `parquet:"flag"`
	}
	data := write(t, []row{{7, 0.1, 12, 1_700_000_000_000, 1_700_000_000_000_000_000, 77, true}, {Whole: 1.5}})
	f, err := Open(context.Background(), input(data), []Field{
		{Path: "id", Type: Int}, {Path: "float", Type: Float}, {Path: "whole", Type: Int}, {Path: "milli", Type: Int}, {Path: "nano", Type: Int}, {Path: "text"}, {Path: "flag"}, {Path: "id", Type: Float},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Next(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := f.NewReader()
	if err := r.Seek(c); err != nil || !r.Next() {
		t.Fatal(err)
	}
	for i, want := range map[int]int64{0: 7, 2: 12, 3: 1_700_000_000_000_000, 4: 1_700_000_000_000_000} {
		if n, ok := r.Int(i, 0); n != want || !ok {
			t.Errorf("%s = %d", f.columns[i].Path, n)
		}
	}
	if x, _ := r.Float(1, 0); x != 0.1 {
		t.Errorf("float = %v", x)
	}
	if x, _ := r.Float(7, 0); x != 7 {
		t.Errorf("id as float = %v", x)
	}
	for i, want := range map[int]string{5: "77", 6: "true"} {
		if s, _ := r.Text(i, 0); string(s) != want {
			t.Errorf("%s = %q", f.columns[i].Path, s)
		}
	}
	r.Next()
	if _, ok := r.Int(2, 0); ok || r.Problem().Reason != schemas.WrongType || r.Problem().Field != "whole" {
		t.Errorf("1.5 as an integer: %+v", r.Problem())
	}
}

func TestContracts(t *testing.T) {
	type inner struct {
		Key string `parquet:"key"`
	}
	type file struct {
		ID    string   `parquet:"id"`
		Props string   `parquet:"props"`
		Lists []string `parquet:"lists,list"`
		One   inner    `parquet:"one"`
		Null  *int64   `parquet:"null,optional"`
		Date  int32    `parquet:"date,date"`
		Dec   int64    `parquet:"dec,decimal(2:10)"`
	}
	data := write(t, []file{{ID: "x", Dec: 1250, Lists: []string{"a"}}, {ID: "y"}})
	for _, tt := range []struct {
		field  Field
		reason schemas.Reason // "" opens
		name   string
	}{
		{Field{Path: "id"}, "", ""},
		{Field{Path: "id", Type: Int}, schemas.WrongType, "id"},
		{Field{Path: "props.key", List: true}, schemas.WrongType, "props"},
		{Field{Path: "one.key", List: true}, schemas.WrongType, "one"},
		{Field{Path: "one", Type: Text}, schemas.WrongType, "one"},
		{Field{Path: "lists"}, schemas.WrongType, "lists"},
		{Field{Path: "none"}, "", ""},
		{Field{Path: "none", Required: true}, schemas.MissingRequired, "none"},
		{Field{Path: "null", Required: true}, "", ""},
		{Field{Path: "null.deeper.still"}, "", ""},
		{Field{Path: "null"}, "", ""},
		{Field{Path: "date", Type: Int}, schemas.WrongType, "date"},
		{Field{Path: "dec", Type: Int}, schemas.WrongType, "dec"},
		{Field{Path: "dec", Type: Float}, "", ""},
	} {
		f, err := Open(context.Background(), input(data), []Field{tt.field}, Options{})
		var q *extract.Quarantine
		errors.As(err, &q)
		switch {
		case tt.reason == "" && err != nil:
			t.Errorf("%+v: %v", tt.field, err)
		case tt.reason != "" && (q == nil || q.Reason != tt.reason || q.Field != tt.name):
			t.Errorf("%+v: %v, want %s: %s", tt.field, err, tt.reason, tt.name)
		case tt.field.Path == "dec" && tt.reason == "":
			c, _ := f.Next(context.Background())
			r := f.NewReader()
			if err := r.Seek(c); err != nil || !r.Next() {
				t.Fatal(err)
			}
			if x, _ := r.Float(0, 0); x != 12.5 {
				t.Errorf("decimal = %v", x)
			}
		}
	}
}
