package transform

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waymark/schemas"
	"waymark/transform/journey"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// shared across tests: immutable.
func settings(t testing.TB) Settings {
	t.Helper()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return Settings{Source: "web", System: "ga4", Export: "events", Object: "dir/events.json", Modified: 77, Key: testKey,
		Location: warsaw, Rules: journey.Default(), Currency: "EUR", Country: "PL"}
}

const noon = int64(1_700_000_000_000_000) // 2023-11-14T22:13:20Z

// purchase fills r as GA4 would.
func purchase(r *schemas.Row, i int) {
	r.SetInt(schemas.EvOccurredAt, noon+int64(i)*1_000_000)
	r.SetBytes(schemas.EvEventType, []byte("order_placed"))
	r.SetBytes(schemas.EvSourceEvent, []byte("purchase"))
	r.SetBytes(schemas.EvDeviceID, fmt.Appendf(nil, "31733645.%d", i/4))
	r.SetInt(schemas.EvSessionID, int64(i/4))
	r.SetBytes(schemas.EvOrderID, fmt.Appendf(nil, "o%d", i))
	r.SetBytes(schemas.EvPagePath, fmt.Appendf(nil, "/Google+Redesign/Apparel/%d", i%50))
	for col, text := range map[int]string{schemas.EvSource: "google", schemas.EvMedium: "organic", schemas.EvCampaign: "(organic)",
		schemas.EvPageHost: "shop.example.com", schemas.EvReferrerHost: "www.google.com", schemas.EvDeviceCategory: "desktop",
		schemas.EvOS: "Web", schemas.EvBrowser: "Chrome", schemas.EvCountry: "Germany", schemas.EvCity: "Munich", schemas.EvLanguage: "de-de"} {
		r.SetBytes(col, []byte(text))
	}
	r.SetInt(schemas.EvAmount, 1378000)
	r.SetInt(schemas.EvQuantity, 3)
	r.SetInt(schemas.EvDurationMs, 1200)
	r.SetBool(schemas.EvIsEngaged, true)
	r.Key = fmt.Appendf(r.Key[:0], "31733645.%d|%d|purchase", i/4, i)
	r.AddAttr("page_title", []byte("Checkout"))
	r.Line, r.Offset, r.Raw = int64(i+1), int64(i*100), []byte(`{"event_name":"purchase","user":"Zażółć 77"}`)
}

func emit(t testing.TB, f *Finisher, table *schemas.Table, fill func(*schemas.Row)) {
	t.Helper()
	r := f.Row(table)
	fill(r)
	if err := f.Emit(r); err != nil {
		t.Fatal(err)
	}
}

// batch returns the batch of a table, or nil.
func batch(f *Finisher, table *schemas.Table) *schemas.Batch {
	for _, b := range f.Batches() {
		if b.Table == table {
			return b
		}
	}
	return nil
}

func text(b *schemas.Batch, row, col int) string {
	return string(b.Cols[col].Dict.Value(b.Cols[col].Codes[row]))
}

func TestFinishedEvent(t *testing.T) {
	f := New(settings(t))
	emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) { purchase(r, 0) })
	b := batch(f, schemas.JourneyEvent)
	if b == nil || b.Rows != 1 || f.Counts().Rows != 1 {
		t.Fatalf("%+v", f.Counts())
	}
	for col, want := range map[int]string{schemas.EvSystem: "ga4", schemas.EvExport: "events", schemas.EvStage: "purchase",
		schemas.EvTouchpoint: "order", schemas.EvChannel: "organic_search", schemas.EvCurrency: "EUR", schemas.EvTheme: "",
		schemas.EvPagePath: "/Google+Redesign/Apparel/0"} {
		if got := text(b, 0, col); got != want {
			t.Errorf("%s = %q, want %q", b.Table.Columns[col].Name, got, want)
		}
	}
	day := time.Date(2023, 11, 14, 0, 0, 0, 0, time.UTC).Unix() / 86400
	if b.Cols[schemas.EvEventDate].Int[0] != day || int64(b.Part[0]) != day || b.Cols[schemas.EvVersion].Int[0] != 77 {
		t.Errorf("day %d part %d version %d", b.Cols[schemas.EvEventDate].Int[0], b.Part[0], b.Cols[schemas.EvVersion].Int[0])
	}
	if b.Cols[schemas.EvEventID].Fixed[0] == [16]byte{} || b.Cols[schemas.EvRecordID].Fixed[0] != [16]byte{} ||
		b.Cols[schemas.EvEmailID].Fixed[0] != [16]byte{} || b.Cols[schemas.EvHash].Int[0] == 0 {
		t.Error("ids")
	}
	if !b.Cols[schemas.EvAmount].Valid[0] || b.Cols[schemas.EvScore].Valid[0] {
		t.Error("validity")
	}
	checkShape(t, b)
}

// A finisher that goes on to another object gives what a new one gives.
func TestAnotherObject(t *testing.T) {
	fill := func(f *Finisher, from int) {
		for i := from; i < from+40; i++ {
			emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) { purchase(r, i) })
			if i%7 == 0 {
				if err := f.Reject(schemas.Reject{Line: 9, Offset: 81, Reason: schemas.Malformed, Message: "bad", Record: []byte("x")}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	set := settings(t)
	used := New(set)
	fill(used, 1000)
	used.Reset()
	used.Object("dir/later.json", 99)
	set.Object, set.Modified = "dir/later.json", 99
	fresh := New(set)
	fill(used, 0)
	fill(fresh, 0)
	if used.Counts() != fresh.Counts() || fresh.Counts().Rejects == 0 {
		t.Errorf("%+v, want %+v", used.Counts(), fresh.Counts())
	}
	for i, want := range fresh.Batches() {
		if diff := cmp.Diff(shown(want), shown(used.Batches()[i])); diff != "" {
			t.Errorf("%s: %s", want.Table.Name, diff)
		}
	}
	if b := batch(used, schemas.JourneyEvent); b.Cols[schemas.EvVersion].Int[0] != 99 {
		t.Errorf("version %d", b.Cols[schemas.EvVersion].Int[0])
	}
}

// shown is what a batch holds, whatever memory it has.
func shown(b *schemas.Batch) []string {
	var out []string
	for i, v := range b.Cols {
		out = append(out, fmt.Sprint(b.Table.Columns[i].Name, v.Fixed, v.Int, v.Float, v.Valid, v.Codes, v.Offsets, v.Keys))
		for code := range v.Dict.Len() {
			out = append(out, string(v.Dict.Value(uint32(code))))
		}
	}
	return append(out, fmt.Sprint(b.Rows, b.Part))
}

// checkShape holds a batch to its contract: every vector has its length.
func checkShape(t testing.TB, b *schemas.Batch) {
	t.Helper()
	if len(b.Part) != b.Rows {
		t.Fatalf("%s: %d partitions of %d rows", b.Table.Name, len(b.Part), b.Rows)
	}
	for i, c := range b.Table.Columns {
		v := &b.Cols[i]
		n := map[schemas.Type]int{schemas.UUID: len(v.Fixed), schemas.String: len(v.Codes), schemas.LowCardinality: len(v.Codes),
			schemas.Float32: len(v.Float), schemas.Map: len(v.Offsets)}
		got, ok := n[c.Type]
		if !ok {
			got = len(v.Int)
		}
		if got != b.Rows || c.Nullable && len(v.Valid) != b.Rows || !c.Nullable && len(v.Valid) != 0 {
			t.Fatalf("%s.%s: %d values, %d validities of %d rows", b.Table.Name, c.Name, got, len(v.Valid), b.Rows)
		}
		if c.Type == schemas.Map && (len(v.Keys) != len(v.Codes) || b.Rows > 0 && int(v.Offsets[b.Rows-1]) != len(v.Keys)) {
			t.Fatalf("%s.%s: map does not close", b.Table.Name, c.Name)
		}
	}
}

func TestRowsThatCannotBeUsed(t *testing.T) {
	big := bytes.Repeat([]byte("x"), MaxText+1)
	for name, c := range map[string]struct {
		table  *schemas.Table
		change func(*schemas.Row)
		reason schemas.Reason
		field  string
	}{
		"no time":       {schemas.JourneyEvent, func(r *schemas.Row) { r.Drop(1 << schemas.EvOccurredAt) }, schemas.MissingRequired, "occurred_at"},
		"no key":        {schemas.JourneyEvent, func(r *schemas.Row) { r.Key = r.Key[:0] }, schemas.MissingRequired, "event_id"},
		"before 1970":   {schemas.JourneyEvent, func(r *schemas.Row) { r.SetInt(schemas.EvOccurredAt, -1) }, schemas.OutOfRange, "occurred_at"},
		"after 2149":    {schemas.JourneyEvent, func(r *schemas.Row) { r.SetInt(schemas.EvOccurredAt, maxTimestamp+1) }, schemas.OutOfRange, "occurred_at"},
		"day after all": {schemas.JourneyEvent, func(r *schemas.Row) { r.SetInt(schemas.EvOccurredAt, maxTimestamp) }, schemas.OutOfRange, "event_date"},
		"quantity":      {schemas.JourneyEvent, func(r *schemas.Row) { r.SetInt(schemas.EvQuantity, math.MaxInt32+1) }, schemas.OutOfRange, "quantity"},
		"amount":        {schemas.JourneyEvent, func(r *schemas.Row) { r.SetInt(schemas.EvAmount, 1e18) }, schemas.OutOfRange, "amount"},
		"nan":           {schemas.JourneyEvent, func(r *schemas.Row) { r.SetFloat(schemas.EvScore, math.NaN()) }, schemas.OutOfRange, "score"},
		"float range":   {schemas.JourneyEvent, func(r *schemas.Row) { r.SetFloat(schemas.EvScore, 1e300) }, schemas.OutOfRange, "score"},
		"utf8":          {schemas.JourneyEvent, func(r *schemas.Row) { r.SetBytes(schemas.EvCity, []byte("a\xffb")) }, schemas.InvalidUTF8, "city"},
		"utf8 attr":     {schemas.JourneyEvent, func(r *schemas.Row) { r.AddAttr("x", []byte("a\xffb")) }, schemas.InvalidUTF8, "attributes"},
		"entity key":    {schemas.Ticket, func(r *schemas.Row) { r.Drop(1 << schemas.TiTicketID) }, schemas.MissingRequired, "ticket_id"},
		"long key":      {schemas.Ticket, func(r *schemas.Row) { r.SetBytes(schemas.TiTicketID, big) }, schemas.OutOfRange, "ticket_id"},
		"date":          {schemas.Opportunity, func(r *schemas.Row) { r.SetInt(schemas.OpCloseDate, 65_536) }, schemas.OutOfRange, "close_date"},
	} {
		t.Run(name, func(t *testing.T) {
			f := New(settings(t))
			fill := func(r *schemas.Row) {
				switch c.table {
				case schemas.JourneyEvent:
					purchase(r, 1)
				case schemas.Ticket:
					r.SetBytes(schemas.TiTicketID, []byte("7"))
				default:
					r.SetBytes(schemas.OpOpportunityID, []byte("7"))
				}
				r.Line, r.Offset, r.Raw = 2, 100, []byte(`{"event_name":"purchase","user":"Zażółć 77"}`)
			}
			emit(t, f, c.table, fill)
			emit(t, f, c.table, func(r *schemas.Row) { fill(r); c.change(r) })
			emit(t, f, c.table, fill)
			b, rj := batch(f, c.table), batch(f, schemas.RejectTable)
			if b == nil || b.Rows != 2 || rj == nil || rj.Rows != 1 {
				t.Fatalf("counts %+v", f.Counts())
			}
			checkShape(t, b)
			checkShape(t, rj)
			if text(rj, 0, schemas.RjReason) != string(c.reason) || text(rj, 0, schemas.RjField) != c.field {
				t.Errorf("reject %s %s", text(rj, 0, schemas.RjReason), text(rj, 0, schemas.RjField))
			}
			if got := text(rj, 0, schemas.RjRecord); got != `{"event_name":"xxxxxxxx","user":"xxxxxx 00"}` {
				t.Errorf("record %s", got)
			}
			if rj.Cols[schemas.RjLine].Int[0] != 2 || rj.Cols[schemas.RjByteOffset].Int[0] != 100 || f.Counts().Rejects != 1 || f.Counts().Rows != 2 {
				t.Errorf("place or counts: %+v", f.Counts())
			}
		})
	}
}

func TestDefects(t *testing.T) {
	f := New(settings(t))
	r := f.Row(schemas.JourneyEvent)
	purchase(r, 0)
	r.SetBytes(schemas.EvEventType, []byte("bought"))
	if err := f.Emit(r); err == nil || strings.Contains(err.Error(), "bought") {
		t.Errorf("an unknown event type is a defect of the source: %v", err)
	}
	s := settings(t)
	s.Key = []byte("short")
	f = New(s)
	if err := f.Emit(f.Row(schemas.Ticket)); err == nil {
		t.Error("a short key must fail")
	}
	if err := f.Reject(schemas.Reject{}); err == nil {
		t.Error("a short key must fail")
	}
}

func TestTextIsClean(t *testing.T) {
	f := New(settings(t))
	emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) {
		purchase(r, 0)
		r.SetBytes(schemas.EvEmailID, []byte(" John.Doe@Example.com "))
	})
	id := fmt.Sprintf("email:%x", batch(f, schemas.JourneyEvent).Cols[schemas.EvEmailID].Fixed[0])
	for raw, want := range map[string]string{
		"john.doe@example.com": id, "John.Doe%40example.com": id, "/u/john.doe%2540EXAMPLE.com/orders": "/u/" + id + "/orders",
		"?email=john.doe@example.com&x=1": "?email=" + id + "&x=1", "a <john.doe@example.com>, b": "a <" + id + ">, b",
		"john.doe@example.com,john%2Edoe@example.com.": id + "," + id + ".", "logo@2x.png": "logo@2x.png", "john.doe@example.com.1": id + ".1",
		"x/john.doe@example.com_2-y": "x/" + id + "_2-y", "john.doe@@example.com-a": id + "-a", "@handle": "@handle",
		"5 @ 3.50": "5 @ 3.50", "john@localhost": "john@localhost", "%40": "%40",
	} {
		f.Reset()
		emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) {
			purchase(r, 0)
			r.SetBytes(schemas.EvPagePath, []byte(raw))
			r.AddAttr("utm", []byte(raw))
		})
		b := batch(f, schemas.JourneyEvent)
		if got := text(b, 0, schemas.EvPagePath); got != want {
			t.Errorf("%s → %s, want %s", raw, got, want)
		}
		v := b.Cols[schemas.EvAttributes]
		if got := string(v.Dict.Value(v.Codes[1])); got != want {
			t.Errorf("attribute %s → %s", raw, got)
		}
	}
	emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) {
		purchase(r, 1)
		r.SetBytes(schemas.EvPagePath, []byte(strings.Repeat("ż", MaxText)))
	})
	if got := text(batch(f, schemas.JourneyEvent), 1, schemas.EvPagePath); got != strings.Repeat("ż", MaxText/2) {
		t.Errorf("long text has %d bytes", len(got))
	}
}

func TestAttributes(t *testing.T) {
	f := New(settings(t))
	emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) {
		purchase(r, 0)
		r.Attrs = r.Attrs[:0]
		for _, kv := range [][2]string{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"c", "4"}, {"a", "5"}} {
			r.AddAttr(kv[0], []byte(kv[1]))
		}
	})
	v := &batch(f, schemas.JourneyEvent).Cols[schemas.EvAttributes]
	got := ""
	for i := range v.Keys {
		got += string(v.Dict.Value(v.Keys[i])) + "=" + string(v.Dict.Value(v.Codes[i])) + " "
	}
	if got != "a=5 b=3 c=4 " {
		t.Error(got)
	}
}

func TestSnapshotsShareTheRecord(t *testing.T) {
	f := New(settings(t))
	for _, kind := range []string{"ticket_created", "ticket_solved"} {
		emit(t, f, schemas.JourneyEvent, func(r *schemas.Row) {
			purchase(r, 0)
			r.SetBytes(schemas.EvEventType, []byte(kind))
			r.Snapshot = true
		})
	}
	b := batch(f, schemas.JourneyEvent)
	rec, ev := b.Cols[schemas.EvRecordID].Fixed, b.Cols[schemas.EvEventID].Fixed
	if rec[0] != rec[1] || rec[0] == [16]byte{} || ev[0] == ev[1] {
		t.Error("events of one record share record_id and nothing else")
	}
}

func TestCurrency(t *testing.T) {
	f := New(settings(t))
	for i, c := range []struct {
		own    string
		amount bool
		want   string
	}{{"", true, "EUR"}, {"usd", true, "USD"}, {"", false, ""}, {"PLN", false, "PLN"}} {
		emit(t, f, schemas.Opportunity, func(r *schemas.Row) {
			r.SetBytes(schemas.OpOpportunityID, fmt.Appendf(nil, "%d", i))
			r.SetBytes(schemas.OpCurrency, []byte(c.own))
			if c.amount {
				r.SetInt(schemas.OpAmount, 5)
			}
		})
		if got := text(batch(f, schemas.Opportunity), i, schemas.OpCurrency); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestRejectsOfOneRecord(t *testing.T) {
	f := New(settings(t))
	f.Records(3)
	x := schemas.Reject{Line: 4, Offset: 9, Reason: schemas.WrongType, Field: "a\xff", Message: "m of jane@x.com", Record: []byte("Jane;12")}
	for range 3 {
		if err := f.Reject(x); err != nil {
			t.Fatal(err)
		}
	}
	x.Field = "b"
	if err := f.Reject(x); err != nil {
		t.Fatal(err)
	}
	b := batch(f, schemas.RejectTable)
	if b.Rows != 2 || f.Counts() != (Counts{Records: 3, Rejects: 1}) {
		t.Fatalf("%d rows, %+v", b.Rows, f.Counts())
	}
	if text(b, 0, schemas.RjField) != "a?" || strings.Contains(text(b, 0, schemas.RjMessage), "jane") || text(b, 0, schemas.RjRecord) != "xxxx;00" {
		t.Errorf("%s %s", text(b, 0, schemas.RjField), text(b, 0, schemas.RjMessage))
	}
}

func TestCalendarAgreesWithTime(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Warsaw", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		c := newCalendar(loc)
		for at := int64(0); at <= maxTimestamp; at += 7*3_600_000_000*13 + 1_234_567 {
			y, m, d := time.UnixMicro(at).In(loc).Date()
			if want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400; c.day(at) != want {
				t.Fatalf("%s %d: day %d, want %d", zone, at, c.day(at), want)
			}
		}
	}
}
