package tabular

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

const (
	id = iota
	note
	size
	list
)

func testLayout() *Layout {
	return &Layout{
		Of: "a thing", Table: schemas.JourneyEvent, Names: []string{"id", "note", "size", "list"}, Columns: map[string]int{"email": schemas.EvEmailID, "country": schemas.EvCountry},
		Kept: []string{"segment"}, Unread: []int{note}, Raw: []int{list}, Barred: []int{schemas.EvOrderID}, Preset: map[string]string{"Nr": "id", "Mail": "email"},
		Ignored: []string{"Junk"}, Need: []int{id}, Wrapper: []string{"things"}, Grouped: true,
	}
}

// sink keeps rejects and counts records.
type sink struct {
	draft   *schemas.Row
	records int64
	rejects []string
}

func (k *sink) Row(*schemas.Table) *schemas.Row { k.draft.Reset(); return k.draft }
func (k *sink) Emit(*schemas.Row) error         { return nil }
func (k *sink) Records(n int64)                 { k.records += n }
func (k *sink) Reject(r schemas.Reject) error {
	k.rejects = append(k.rejects, string(r.Reason)+" "+r.Field)
	return nil
}

// read shows each record as "id size list email country segment | plain of size", and "---" between chunks.
func read(t *testing.T, text string, opt extract.Options) (rows []string, k *sink, news []string) {
	t.Helper()
	s, err := Open(t.Context(), exporttest.Input([]byte(text), 1), opt, testLayout())
	if err != nil {
		t.Fatal(err)
	}
	k = &sink{draft: schemas.NewRow(schemas.JourneyEvent)}
	r := s.NewReader()
	for {
		c, err := s.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return rows, k, s.News().Columns
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, "---")
		err = r.Decode(context.Background(), c, k, func() error {
			row := k.Row(schemas.JourneyEvent)
			r.Extras(row)
			n, _ := r.Decimal(size)
			cells := []string{string(r.Text(id)), string(rune('0' + n/10_000)), string(r.Text(list)), string(row.Vals[schemas.EvEmailID].Bytes), string(row.Vals[schemas.EvCountry].Bytes)}
			for _, a := range row.Attrs {
				cells = append(cells, a.Key+"="+string(a.Value))
			}
			if r.Fields[note] != nil {
				t.Error("what is never read is read")
			}
			if r.Wrong() {
				return r.Reject(k)
			}
			rows = append(rows, strings.Join(cells, " "))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCSVAndJSONAreRead(t *testing.T) {
	fields := map[string]string{"Gr": "size", "Kraj": "country"}
	rows, k, news := read(t, "Nr;Mail;Gr;Kraj;Segment;note;Junk;Other\nA;a@x;2,0;PL;vip;secret;1;2\nB;;3;;;;;\n", extract.Options{DecimalComma: true, Fields: fields})
	if d := cmp.Diff([]string{"---", "A 2  a@x PL segment=vip", "---", "B 3   "}, rows); d != "" || k.records != 2 || k.rejects != nil {
		t.Errorf("%d records, rejects %v\n%s", k.records, k.rejects, d)
	}
	if d := cmp.Diff([]string{"Other"}, news); d != "" {
		t.Error(d)
	}
	rows, k, news = read(t, `{"things":[{"Nr":"A","Mail":"a@x","Gr":2.0,"where":{"Kraj":"PL","x":{"y":1}},"segment":"vip","note":"secret","list":[1,{"a":2}]},{"Nr":"B","Gr":"3,0","list":null},{"Nr":{"a":1}}],"next":1}`,
		extract.Options{DecimalComma: true, Fields: map[string]string{"Gr": "size", "where.Kraj": "country"}})
	if d := cmp.Diff([]string{"---", `A 2 [1,{"a":2}] a@x PL segment=vip`, "---", "B 3   "}, rows); d != "" || k.records != 3 || news != nil {
		t.Errorf("%d records\n%s", k.records, d)
	}
	if d := cmp.Diff([]string{"wrong_type Nr"}, k.rejects); d != "" {
		t.Error(d)
	}
}

// A preset that the header lacks gives its name back to a header that is the name.
func TestPresetsYield(t *testing.T) {
	rows, _, _ := read(t, "id,Mail\nA,a@x\n", extract.Options{})
	if d := cmp.Diff([]string{"---", "A 0  a@x "}, rows); d != "" {
		t.Error(d)
	}
	rows, _, _ = read(t, "Nr,Code,Mail\nA,B,a@x\n", extract.Options{Fields: map[string]string{"Code": "id"}})
	if d := cmp.Diff([]string{"---", "B 0  a@x "}, rows); d != "" {
		t.Error(d)
	}
}

func TestGroupsStayTogether(t *testing.T) {
	csv := "id,size\n" + strings.Repeat("A,1\n", 5) + "B,2\n" + strings.Repeat("C,3\n", 9)
	rows, k, _ := read(t, csv, extract.Options{ChunkBytes: 12})
	inside, last := map[string]bool{}, ""
	for _, row := range rows {
		if row == "---" {
			if last != "" {
				inside[last] = true // ended with its chunk
			}
			last = ""
			continue
		}
		name := row[:1]
		if inside[name] {
			t.Fatalf("group %s goes on in another chunk: %v", name, rows)
		}
		last = name
	}
	if k.records != 15 {
		t.Errorf("%d records", k.records)
	}
}

func TestWhatCannotBeMapped(t *testing.T) {
	for _, fields := range []map[string]string{
		{"a": "nonsense"}, {"a": "order_id"}, {"a": "id", "b": "id"}, {"first_name": "segment"}, {"billing.street": "attributes.street"}, {"notes": "attributes.notes"}, {"a": "attributes."},
	} {
		_, err := Open(t.Context(), exporttest.Input([]byte("a,b\n"), 1), extract.Options{Fields: fields}, testLayout())
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", fields, err)
		}
	}
	var q *extract.Quarantine
	if _, err := Open(t.Context(), exporttest.Input([]byte("Mail\n"), 1), extract.Options{}, testLayout()); !errors.As(err, &q) || q.Reason != schemas.MissingRequired {
		t.Errorf("no id: %v", err)
	}
	if _, err := Open(t.Context(), exporttest.Input([]byte("id\n"), 1), extract.Options{Fields: map[string]string{"Gr": "size"}}, testLayout()); !errors.As(err, &q) || q.Field != "Gr" {
		t.Errorf("no Gr: %v", err)
	}
}
