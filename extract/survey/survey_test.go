package survey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

func read(t *testing.T, text string, opt extract.Options) *exporttest.Result {
	t.Helper()
	got, err := exporttest.Read(t, Exports()[0], []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func same(t *testing.T, got []exporttest.Row, want ...exporttest.Row) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func event(key, kind, at string, more exporttest.Row) exporttest.Row {
	r := exporttest.Row{"@key": key, "@snapshot": "true", "survey_id": key, "event_type": kind, "occurred_at": at, "record_version": "1893456000000000"}
	for k, v := range more {
		r[k] = v
	}
	return r
}

func TestCanonicalHeaders(t *testing.T) {
	got := read(t, "Response ID,answered_at,Kind,SCORE,comment,E-mail,email,phone,customer_id,ticket_id,order-id,channel,country,language,sent_at,segment,touchpoint,agent_id\n"+
		"R1,2024-03-01T10:00:00Z,NPS,9,\"Jo, great\nstaff\",,a@x.pl,600100200,K1,T1,O1,email,Poland,pl,2024-02-28 12:00:00,vip,delivery,9004\n",
		extract.Options{TimeZone: "Europe/Warsaw"})
	who := exporttest.Row{"email_id": "a@x.pl", "phone_id": "600100200", "user_id": "K1", "ticket_id": "T1", "order_id": "O1", "channel": "email", "country": "Poland", "language": "pl",
		"agent_id": "9004", "attributes.segment": "vip", "attributes.touchpoint": "delivery", "@phone": "PL"}
	answered := event("R1", "survey_answered", "2024-03-01T10:00:00Z", who)
	answered["score_kind"], answered["score"] = "nps", "9"
	same(t, got.Tables["journey_event"], event("R1", "survey_sent", "2024-02-28T11:00:00Z", who), answered)
	if d := cmp.Diff([]string{"E-mail"}, got.News.Columns); d != "" {
		t.Error(d)
	}
}

func TestMappedColumns(t *testing.T) {
	got := read(t, "Nr;Data;Ocena;Obsługa;Region;Zmiana;Klient;Uwagi\nA;01.03.2024 10:00;9;4,5;north;2024-03-02 00:00;K1;ok\nB;01.03.2024;;1;;;K2;\n",
		extract.Options{DecimalComma: true, TimeZone: "Europe/Warsaw", Country: "PL", Fields: map[string]string{
			"nr": "response_id", "Data": "answered_at", "Ocena": "score.nps", "Obsługa": "score.csat", "Region": "attributes.region", "Zmiana": "updated_at", "Klient": "customer_id", "Uwagi": "comment"}})
	same(t, got.Tables["journey_event"],
		event("A", "survey_answered", "2024-03-01T09:00:00Z", exporttest.Row{"record_version": "1709334000000000", "user_id": "K1", "score_kind": "nps", "score": "9", "@ordinal": "1", "attributes.region": "north", "@phone": "PL"}),
		event("A", "survey_answered", "2024-03-01T09:00:00Z", exporttest.Row{"record_version": "1709334000000000", "user_id": "K1", "score_kind": "csat", "score": "4.5", "@ordinal": "2", "attributes.region": "north", "@phone": "PL"}),
		event("B", "survey_answered", "2024-02-29T23:00:00Z", exporttest.Row{"user_id": "K2", "score_kind": "csat", "score": "1", "@ordinal": "2", "@phone": "PL"}),
	)
	if got.News.Columns != nil || len(got.Rejects) > 0 {
		t.Errorf("new columns %v, rejects %v", got.News.Columns, got.Rejects)
	}
}

// A text counts once, however many scores its response has.
func TestSentimentIsOnOneEvent(t *testing.T) {
	got := read(t, "response_id,answered_at,sent_at,score.nps,score.csat,Mood,Topic\nA,2024-03-01,2024-02-28,9,4,0.5,price\n",
		extract.Options{Fields: map[string]string{"Mood": "sentiment", "Topic": "theme"}})
	same(t, got.Tables["journey_event"],
		event("A", "survey_sent", "2024-02-28T00:00:00Z", nil),
		event("A", "survey_answered", "2024-03-01T00:00:00Z", exporttest.Row{"score_kind": "nps", "score": "9", "@ordinal": "1", "sentiment": "0.5", "theme": "price"}),
		event("A", "survey_answered", "2024-03-01T00:00:00Z", exporttest.Row{"score_kind": "csat", "score": "4", "@ordinal": "2"}),
	)
}

func TestScores(t *testing.T) {
	for _, c := range []struct {
		kind, score, want string
		why               schemas.Reason
	}{
		{"nps", "0", "0", ""}, {"nps", "10", "10", ""}, {"nps", "11", "", schemas.OutOfRange}, {"nps", "-1", "", schemas.OutOfRange}, {"nps", "7.5", "", schemas.OutOfRange}, {"nps", "good", "", schemas.WrongType},
		{"csat", "1", "1", ""}, {"csat", "0", "", schemas.OutOfRange}, {"csat", "Good", "5", ""}, {"csat", "bad", "1", ""}, {"csat", "fine", "", schemas.WrongType}, {"csat", "80", "", schemas.OutOfRange},
		{"ces", "7", "7", ""}, {"ces", "8", "", schemas.OutOfRange}, {"CES", "5.5", "5.5", ""}, {"rating", "4.5", "4.5", ""}, {"rating", "6", "", schemas.OutOfRange},
		{"happiness", "3", "", schemas.WrongType}, {"", "3", "", schemas.MissingRequired}, {"nps", "", "", schemas.MissingRequired},
	} {
		got := read(t, fmt.Sprintf("response_id,answered_at,kind,score\n1,2024-01-01,%s,%s\n", c.kind, c.score), extract.Options{})
		switch {
		case c.why != "" && (len(got.Rejects) != 1 || got.Rejects[0].Reason != c.why):
			t.Errorf("%s %q: rejects %v, want %s", c.kind, c.score, got.Rejects, c.why)
		case c.why == "" && (len(got.Rejects) > 0 || got.Tables["journey_event"][0]["score"] != c.want):
			t.Errorf("%s %q: %v, rejects %v", c.kind, c.score, got.Tables, got.Rejects)
		}
	}
}

func TestLines(t *testing.T) {
	got := read(t, "response_id,answered_at,kind,score,sent_at,is_deleted\n"+
		"1,,,,2024-01-01,\n"+ // invited, no answer
		"2,2024-01-02,nps,9,2024-01-01,1\n"+ // withdrawn
		",2024-01-02,nps,9,,\n"+
		"4,,nps,9,2024-01-01,\n"+
		"5,,,,,\n"+
		"6,yesterday,nps,9,,\n"+
		"7,2024-01-02,nps,9\n", extract.Options{})
	same(t, got.Tables["journey_event"],
		event("1", "survey_sent", "2024-01-01T00:00:00Z", nil),
		exporttest.Row{"@key": "2", "@snapshot": "true", "event_type": "survey_answered", "occurred_at": "2024-01-02T00:00:00Z", "record_version": "1893456000000000", "is_deleted": "1"},
	)
	var why []string
	for _, r := range got.Rejects {
		why = append(why, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	if d := cmp.Diff([]string{"4 missing_required response_id", "5 missing_required answered_at", "6 missing_required answered_at", "7 wrong_type answered_at", "8 malformed "}, why); d != "" {
		t.Error(d)
	}
	if got.Records != 7 {
		t.Errorf("%d records", got.Records)
	}
}

func TestQuarantine(t *testing.T) {
	for _, c := range []struct {
		text, field, hint string
		fields            map[string]string
	}{
		{"answered_at,score,kind\n", "response_id", "", nil},
		{"ResponseId,answered_at,score,kind\n", "response_id", "ResponseId", nil},
		{"response_id,score,kind\n", "answered_at", "", nil},
		{"response_id,answered_at\n", "score", "", nil},
		{"response_id,answered_at,score\n", "kind", "score.nps", nil},
		{"response_id,answered_at,Ocen\n", "Ocena", "Ocen", map[string]string{"Ocena": "score.nps"}},
	} {
		_, err := exporttest.Read(t, Exports()[0], []byte(c.text), extract.Options{Fields: c.fields})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired || q.Field != c.field || !strings.Contains(q.Message, c.hint) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	for _, fields := range []map[string]string{{"a": "nonsense"}, {"a": "score_kind"}, {"a": "response_id", "b": "response_id"}, {"comment": "attributes.comment"}} {
		_, err := exporttest.Read(t, Exports()[0], []byte("a,b,comment,answered_at,score.nps\n"), extract.Options{Fields: fields})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", fields, err)
		}
	}
}

func TestEmptyIsValid(t *testing.T) {
	for _, text := range []string{"", "\n", "response_id,answered_at,score.nps\n"} {
		if got := read(t, text, extract.Options{Fields: map[string]string{}}); got.Records != 0 || len(got.Tables) != 0 {
			t.Errorf("%q gives %v", text, got)
		}
	}
}

func TestScoresHaveScales(t *testing.T) {
	for i, n := range scored {
		if scaleOf(n).Max == 0 {
			t.Errorf("score column %d has no scale", i)
		}
	}
}

// What a survey tool's API gives is read as well as its CSV.
func TestJSON(t *testing.T) {
	got := read(t, `{"id":"R1","completed":"2024-03-01T10:00:00Z","values":{"nps":9},"comment":"a@x.pl","contact":{"email":"a@x.pl","name":"Jo"}}
{"id":"R2","completed":"2024-03-01T10:00:00Z","values":{"nps":"11"}}
{"id":"R3"
`, extract.Options{Fields: map[string]string{"id": "response_id", "completed": "answered_at", "values.nps": "score.nps", "contact.email": "email"}})
	same(t, got.Tables["journey_event"], event("R1", "survey_answered", "2024-03-01T10:00:00Z", exporttest.Row{"email_id": "a@x.pl", "score_kind": "nps", "score": "9", "@ordinal": "1"}))
	if len(got.Rejects) != 2 || got.Rejects[0].Field != "values.nps" || got.Rejects[0].Reason != schemas.OutOfRange || got.Rejects[1].Reason != schemas.Malformed || got.Records != 3 {
		t.Errorf("%d records, rejects %+v", got.Records, got.Rejects)
	}
}

// null takes rows and forgets them.
type null struct{ draft *schemas.Row }

func (k *null) Row(*schemas.Table) *schemas.Row { k.draft.Reset(); return k.draft }
func (k *null) Emit(*schemas.Row) error         { return nil }
func (k *null) Reject(schemas.Reject) error     { return errors.New("a response was rejected") }
func (k *null) Records(int64)                   {}

func responses(size int) []byte {
	var b bytes.Buffer
	b.WriteString("response_id,answered_at,kind,score,comment,email,customer_id,ticket_id,channel,country,sent_at,segment\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "R%d,2024-03-01 10:%02d:00,nps,%d,\"all \"\"fine\"\"\nthanks\",a%d@example.com,K%d,%d,email,PL,2024-02-28 12:00:00,vip\n", i, i%60, i%11, i, i, i)
	}
	return b.Bytes()
}

func opened(tb testing.TB, data []byte) (extract.Decoder, extract.Chunk) {
	s, err := Exports()[0].Open(context.Background(), exporttest.Input(data, 1), extract.Options{TimeZone: "Europe/Warsaw", ChunkBytes: len(data) + 1})
	if err != nil {
		tb.Fatal(err)
	}
	c, err := s.Next(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.Next(context.Background()); !errors.Is(err, io.EOF) {
		tb.Fatal("more than one chunk")
	}
	return s.NewDecoder(), c
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	d, c := opened(t, responses(100_000))
	sink := &null{draft: schemas.NewRow(schemas.JourneyEvent)}
	decode := func() {
		if err := d.Decode(context.Background(), c, sink); err != nil {
			t.Fatal(err)
		}
	}
	decode()
	if n := testing.AllocsPerRun(3, decode); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkResponses(b *testing.B) {
	data := responses(8 << 20)
	d, c := opened(b, data)
	sink := &null{draft: schemas.NewRow(schemas.JourneyEvent)}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(context.Background(), c, sink); err != nil {
			b.Fatal(err)
		}
	}
}

// Whatever the text, it decodes without a panic, and each line gives events or a reject.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("response_id,answered_at,kind,score,sent_at,email\n1,2024-01-02,nps,9,,a@x\n2,,,,2024-01-01,\n"), true)
	f.Add([]byte("a;b;c;d\n1;02.01.2024 10:00;\"9\";4,5\n;;;\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, canonical bool) {
		opt := extract.Options{TimeZone: "Europe/Warsaw", DecimalComma: !canonical, ChunkBytes: 32, MaxRecord: 1 << 16}
		if !canonical {
			opt.Fields = map[string]string{"a": "response_id", "b": "answered_at", "c": "score.nps", "d": "score.csat"}
		}
		got, err := exporttest.Read(t, Exports()[0], data, opt)
		if err != nil {
			var q *extract.Quarantine
			if !errors.As(err, &q) && !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if int64(len(got.Tables["journey_event"])+len(got.Rejects)) < got.Records {
			t.Fatalf("%d records give %d rows and %d rejects", got.Records, len(got.Tables["journey_event"]), len(got.Rejects))
		}
	})
}
