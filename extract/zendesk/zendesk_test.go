package zendesk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/internal/fault"
	"waymark/internal/testenv"
	"waymark/schemas"
)

// sink writes down what a decoder emits: rows as "table column=value …", rejects as "reject line reason field".
type sink struct {
	drafts  map[*schemas.Table]*schemas.Row
	rows    []string
	rejects []string
	records int64
	fail    error
	quiet   bool
}

func (s *sink) Row(t *schemas.Table) *schemas.Row {
	if s.drafts[t] == nil {
		if s.drafts == nil {
			s.drafts = map[*schemas.Table]*schemas.Row{}
		}
		s.drafts[t] = schemas.NewRow(t)
	}
	s.drafts[t].Reset()
	return s.drafts[t]
}

func (s *sink) Emit(r *schemas.Row) error {
	if !s.quiet {
		s.rows = append(s.rows, describe(r))
	}
	return s.fail
}

func (s *sink) Reject(r schemas.Reject) error {
	s.rejects = append(s.rejects, fmt.Sprintf("%d %s %s", r.Line, r.Reason, r.Field))
	return nil
}

func (s *sink) Records(n int64) { s.records += n }

func describe(r *schemas.Row) string {
	var b strings.Builder
	b.WriteString(r.Table.Name)
	for i, c := range r.Table.Columns {
		v := r.Vals[i]
		switch {
		case !r.Has(i):
		case c.Type == schemas.Timestamp:
			fmt.Fprintf(&b, " %s=%s", c.Name, time.UnixMicro(v.Num).UTC().Format("2006-01-02T15:04:05Z"))
		case c.Type == schemas.Float32:
			fmt.Fprintf(&b, " %s=%g", c.Name, v.Float())
		case c.Type == schemas.Bool:
			if v.Num != 0 {
				fmt.Fprintf(&b, " %s", c.Name)
			}
		case v.Bytes != nil:
			fmt.Fprintf(&b, " %s=%s", c.Name, v.Bytes)
		default:
			fmt.Fprintf(&b, " %s=%d", c.Name, v.Num)
		}
	}
	for _, a := range r.Attrs {
		fmt.Fprintf(&b, " {%s=%s}", a.Key, a.Value)
	}
	if r.Snapshot {
		b.WriteString(" snapshot")
	}
	if len(r.Key) > 0 {
		fmt.Fprintf(&b, " key=%s", r.Key)
	}
	return b.String()
}

func exportOf(t testing.TB, name string) extract.Export {
	t.Helper()
	for _, e := range Exports() {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no export %s", name)
	return extract.Export{}
}

// read decodes text as an export, into s.
func read(t testing.TB, s *sink, name, text string, opt extract.Options) error {
	t.Helper()
	in := extract.Input{Name: "test", Size: int64(len(text)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	st, err := exportOf(t, name).Open(t.Context(), in, opt)
	if err != nil {
		return err
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	d := st.NewDecoder()
	for {
		c, err := st.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.Decode(t.Context(), c, s); err != nil {
			return err
		}
		if c.Release != nil {
			c.Release()
		}
	}
}

func rows(t testing.TB, name, text string, opt extract.Options) *sink {
	t.Helper()
	s := &sink{}
	if err := read(t, s, name, text, opt); err != nil {
		t.Fatal(err)
	}
	return s
}

func want(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTickets(t *testing.T) {
	s := rows(t, "tickets", `{"tickets":[
	 {"id":1,"generated_timestamp":1743057120,"created_at":"2025-03-23T12:13:00Z","updated_at":"2025-03-27T06:32:00Z","type":"question","priority":"urgent",
	  "subject":"secret","description":"secret","status":"on-hold","requester_id":5018,"submitter_id":5018,"assignee_id":9004,"group_id":701,"organization_id":31,
	  "via":{"channel":"email","source":{"from":{"address":"a@b.pl","name":"secret"},"rel":null}},"satisfaction_rating":{"score":"good","comment":"secret"}},
	 {"id":"2.0","created_at":"2025-03-23T12:13:00Z","updated_at":"2025-03-27T06:32:00Z","status":"open","custom_status":{"id":7,"status_category":"pending"},
	  "requester_id":5,"submitter_id":9001,"assignee_id":null,"via":{"channel":"web","source":{"from":{"address":"desk@b.pl"}}},"satisfaction_rating":null},
	 {"id":3,"status":"deleted","created_at":"2025-03-23T12:13:00Z","generated_timestamp":1743057121},
	 {"id":4,"status":"waiting for parts","created_at":"2025-03-23T12:13:00Z"},
	 {"id":5,"status":"closed","created_at":"2025-03-23T12:13:00Z","via":null}
	],"count":5,"end_time":1743057120}`, extract.Options{})
	want(t, s.rows,
		"ticket ticket_id=1 contact_id=5018 email_id=a@b.pl account_id=31 status=hold priority=urgent type=question channel=email agent_group=701 agent_id=9004 satisfaction=good created_at=2025-03-23T12:13:00Z updated_at=2025-03-27T06:32:00Z record_version=1743057120000000",
		"journey_event occurred_at=2025-03-23T12:13:00Z event_type=ticket_created source_event=Ticket channel=email email_id=a@b.pl contact_id=5018 account_id=31 ticket_id=1 agent_id=9004 record_version=1743057120000000 snapshot key=1",
		"ticket ticket_id=2 contact_id=5 status=pending channel=web created_at=2025-03-23T12:13:00Z updated_at=2025-03-27T06:32:00Z record_version=1743057120000000",
		"journey_event occurred_at=2025-03-23T12:13:00Z event_type=ticket_created source_event=Ticket channel=web contact_id=5 ticket_id=2 record_version=1743057120000000 snapshot key=2",
		"ticket ticket_id=3 status=deleted created_at=2025-03-23T12:13:00Z is_deleted record_version=1743057121000000",
		"journey_event occurred_at=2025-03-23T12:13:00Z event_type=ticket_created source_event=Ticket ticket_id=3 is_deleted record_version=1743057121000000 snapshot key=3",
		"ticket ticket_id=4 status=waiting for parts created_at=2025-03-23T12:13:00Z",
		"journey_event occurred_at=2025-03-23T12:13:00Z event_type=ticket_created source_event=Ticket ticket_id=4 snapshot key=4",
		"ticket ticket_id=5 status=closed is_closed created_at=2025-03-23T12:13:00Z",
		"journey_event occurred_at=2025-03-23T12:13:00Z event_type=ticket_created source_event=Ticket ticket_id=5 snapshot key=5")
	if s.records != 5 {
		t.Errorf("%d records", s.records)
	}
}

func TestAudits(t *testing.T) {
	s := rows(t, "ticket_audits", `{"id":50,"ticket_id":1,"created_at":"2025-03-21T22:59:00Z","author_id":5004,"via":{"channel":"email"},"events":[
	  {"id":500,"type":"Comment","author_id":5004,"public":true,"body":"secret"},
	  {"id":501,"type":"Create","field_name":"status","value":"new"},{"id":502,"type":"Create","field_name":"priority","value":"high"},
	  {"id":503,"type":"Create","field_name":"requester_id","value":"5004"},{"id":504,"type":"Create","field_name":"subject","value":"secret"},{"id":505,"type":"Notification","recipients":[1]}]}
	{"events":[{"id":510,"type":"Change","field_name":"assignee_id","value":"9004","previous_value":null},{"id":511,"type":"Change","field_name":"status","value":"on-hold","previous_value":"new"},
	  {"id":512,"type":"Comment","author_id":9004,"public":false},{"id":513,"type":"Change","field_name":"requester_id","value":"77","previous_value":"5004"},
	  {"id":514,"type":"Change","field_name":"tags","value":["secret"],"previous_value":[]},{"id":515,"type":"Change","field_name":"subject","value":"secret","previous_value":"secret"}],
	  "id":51,"ticket_id":1,"created_at":"2025-03-22T00:20:00Z","author_id":9004}
	{"id":52,"ticket_id":1,"created_at":"2025-03-22T00:21:00Z","author_id":-1,"events":[{"id":520,"type":"Change","field_name":"status","value":"solved","previous_value":"hold"}]}
	{"id":53,"ticket_id":1,"created_at":"2025-03-22T00:22:00Z","author_id":5004,"events":[{"type":"Change","field_name":"status","value":"open","previous_value":"solved"},
	  {"type":"Change","field_name":"status","value":"closed","previous_value":"solved"},{"type":"Change","field_name":"satisfaction_score","value":"good","previous_value":"offered"}]}
	{"id":54,"ticket_id":1,"created_at":"2025-03-22T00:23:00Z","author_id":9001,"events":[{"id":540,"type":"VoiceComment","author_id":5004,"public":true,"data":{"answered_by_id":9001,"call_duration":61,"from":"+48221234567"}},
	  {"id":541,"type":"ChatStartedEvent","value":{"visitor_id":"x"}},{"id":542,"type":"Change","field_name":"assignee_id","value":null,"previous_value":"9004.0"}]}`, extract.Options{})
	base := func(at, version, rest string) string {
		return "journey_event occurred_at=2025-03-2" + at + " " + rest + " record_version=" + version
	}
	want(t, s.rows,
		base("1T22:59:00Z", "500", "event_type=ticket_replied source_event=Comment channel=email contact_id=5004 ticket_id=1 is_public")+" key=50/500",
		base("1T22:59:00Z", "501", "event_type=ticket_status_changed source_event=Create channel=email contact_id=5004 ticket_id=1 field_name=status state_to=new")+" key=50/501",
		base("1T22:59:00Z", "502", "event_type=ticket_field_changed source_event=Create channel=email contact_id=5004 ticket_id=1 field_name=priority state_to=high")+" key=50/502",
		base("2T00:20:00Z", "510", "event_type=ticket_assigned source_event=Change contact_id=9004 ticket_id=1 agent_id=9004 field_name=assignee_id state_to=9004")+" key=51/510",
		base("2T00:20:00Z", "511", "event_type=ticket_status_changed source_event=Change contact_id=9004 ticket_id=1 field_name=status state_from=new state_to=hold")+" key=51/511",
		base("2T00:20:00Z", "512", "event_type=ticket_noted source_event=Comment contact_id=9004 ticket_id=1")+" key=51/512",
		base("2T00:20:00Z", "513", "event_type=ticket_field_changed source_event=Change contact_id=77 ticket_id=1 field_name=requester_id")+" key=51/513",
		base("2T00:20:00Z", "514", "event_type=ticket_field_changed source_event=Change contact_id=9004 ticket_id=1 field_name=tags")+" key=51/514",
		base("2T00:20:00Z", "515", "event_type=ticket_field_changed source_event=Change contact_id=9004 ticket_id=1 field_name=subject")+" key=51/515",
		base("2T00:21:00Z", "520", "event_type=ticket_status_changed source_event=Change ticket_id=1 field_name=status state_from=hold state_to=solved")+" key=52/520",
		base("2T00:21:00Z", "520", "event_type=ticket_solved source_event=Change ticket_id=1 field_name=status state_from=hold state_to=solved")+" key=52/520",
		base("2T00:22:00Z", "53", "event_type=ticket_status_changed source_event=Change contact_id=5004 ticket_id=1 field_name=status state_from=solved state_to=open")+" key=53/#0",
		base("2T00:22:00Z", "53", "event_type=ticket_reopened source_event=Change contact_id=5004 ticket_id=1 field_name=status state_from=solved state_to=open")+" key=53/#0",
		base("2T00:22:00Z", "54", "event_type=ticket_status_changed source_event=Change contact_id=5004 ticket_id=1 field_name=status state_from=solved state_to=closed")+" key=53/#1",
		base("2T00:22:00Z", "55", "event_type=ticket_field_changed source_event=Change contact_id=5004 ticket_id=1 field_name=satisfaction_score state_from=offered state_to=good")+" key=53/#2",
		base("2T00:23:00Z", "540", "event_type=ticket_replied source_event=VoiceComment channel=phone contact_id=5004 ticket_id=1 is_public")+" key=54/540",
		base("2T00:23:00Z", "540", "event_type=call_answered source_event=VoiceComment channel=phone contact_id=9001 ticket_id=1 agent_id=9001 duration_ms=61000")+" key=54/540",
		base("2T00:23:00Z", "541", "event_type=chat_started source_event=ChatStartedEvent channel=chat contact_id=9001 ticket_id=1")+" key=54/541",
		base("2T00:23:00Z", "542", "event_type=ticket_assigned source_event=Change contact_id=9001 ticket_id=1 field_name=assignee_id state_from=9004")+" key=54/542")
	if strings.Contains(strings.Join(s.rows, ""), "secret") {
		t.Error("what people wrote must not be read")
	}
}

func TestUsers(t *testing.T) {
	s := rows(t, "users", `[
	 {"id":9001,"name":"secret","email":"u@x.pl","role":"agent","active":true,"created_at":"2024-01-01T00:00:00Z","updated_at":"2024-02-01T00:00:00Z","time_zone":"London","default_group_id":7},
	 {"id":5,"name":"secret","email":"e@x.pl","phone":"+48 22 123 45 67","external_id":"C-1","role":"end-user","locale":"pl","organization_id":31,"time_zone":"Warsaw","iana_time_zone":"Europe/Warsaw"},
	 {"id":6,"role":"admin","active":false,"phone":"1","shared_phone_number":true},
	 {"id":7,"role":"end-user","permanently_deleted":true}]`, extract.Options{})
	want(t, s.rows,
		"customer email_id=u@x.pl contact_id=9001 kind=person time_zone=Europe/London created_at=2024-01-01T00:00:00Z record_version=1706745600000000",
		"agent agent_id=9001 contact_id=9001 role=agent agent_group=7 is_active time_zone=Europe/London created_at=2024-01-01T00:00:00Z record_version=1706745600000000",
		"customer email_id=e@x.pl phone_id=+48 22 123 45 67 user_id=C-1 contact_id=5 account_id=31 kind=person language=pl time_zone=Europe/Warsaw",
		"customer contact_id=6 kind=person",
		"agent agent_id=6 contact_id=6 role=admin",
		"customer contact_id=7 kind=person is_deleted")
}

func TestRatings(t *testing.T) {
	s := rows(t, "satisfaction_ratings", `{"id":1,"ticket_id":10,"requester_id":5,"assignee_id":9,"score":"good","created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-02T00:00:00Z","comment":"secret"}
{"id":2,"ticket_id":11,"requester_id":5,"score":"bad_with_comment","created_at":"2025-01-01T00:00:00Z"}
{"id":3,"ticket_id":12,"score":"offered","created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-02T00:00:00Z"}
{"id":4,"ticket_id":12,"score":4,"created_at":"2025-01-01T00:00:00Z"}
{"id":5,"ticket_id":12,"score":"meh","created_at":"2025-01-01T00:00:00Z"}
{"id":6,"ticket_id":12,"created_at":"2025-01-01T00:00:00Z"}
{"ticket_id":12,"score":"good","created_at":"2025-01-01T00:00:00Z"}
{"id":8,"ticket_id":12,"score":"good"}`, extract.Options{})
	want(t, s.rows,
		"journey_event occurred_at=2025-01-02T00:00:00Z event_type=ticket_rated source_event=SatisfactionRating contact_id=5 ticket_id=10 survey_id=1 agent_id=9 score_kind=csat score=5 record_version=1735776000000000 snapshot key=1",
		"journey_event occurred_at=2025-01-01T00:00:00Z event_type=ticket_rated source_event=SatisfactionRating contact_id=5 ticket_id=11 survey_id=2 score_kind=csat score=1 record_version=1735689600000000 snapshot key=2",
		"journey_event occurred_at=2025-01-01T00:00:00Z event_type=ticket_rated source_event=SatisfactionRating ticket_id=12 survey_id=3 score_kind=csat is_deleted record_version=1735776000000000 snapshot key=3",
		"journey_event occurred_at=2025-01-01T00:00:00Z event_type=ticket_rated source_event=SatisfactionRating ticket_id=12 survey_id=4 score_kind=csat score=4 record_version=1735689600000000 snapshot key=4")
	want(t, s.rejects, "5 wrong_type score", "6 missing_required score", "7 missing_required id", "8 missing_required created_at")
}

func TestRejects(t *testing.T) {
	for _, c := range []struct{ export, record, want string }{
		{"tickets", `{"created_at":"2025-01-01T00:00:00Z"}`, "1 missing_required id"}, {"tickets", `{"id":1}`, "1 missing_required created_at"},
		{"tickets", `{"id":{},"created_at":"2025-01-01T00:00:00Z"}`, "1 wrong_type id"}, {"tickets", `{"id":1,"created_at":"yesterday"}`, "1 wrong_type created_at"},
		{"tickets", `{"id":1,"created_at":"2025-01-01T00:00:00Z","generated_timestamp":99999999999999}`, "1 out_of_range generated_timestamp"},
		{"tickets", `{"id":1,"created_at":`, "1 truncated "}, {"tickets", "{\"id\":1,\"type\":\"\xff\"}", "1 invalid_utf8 "},
		{"ticket_audits", `{"ticket_id":1,"created_at":"2025-01-01T00:00:00Z"}`, "1 missing_required id"}, {"ticket_audits", `{"id":1,"created_at":"2025-01-01T00:00:00Z"}`, "1 missing_required ticket_id"},
		{"ticket_audits", `{"id":1,"ticket_id":1}`, "1 missing_required created_at"}, {"ticket_audits", `{"id":1,"ticket_id":1,"events":7}`, "1 wrong_type events"},
		{"users", `{"email":"a@b.pl"}`, "1 missing_required id"}, {"schedules", `{"time_zone":"London"}`, "1 missing_required id"}, {"schedules", `{"id":1}`, "1 missing_required time_zone"},
		{"schedules", `{"id":1,"time_zone":"London","holidays":[{"start_date":"x"}]}`, "1 wrong_type holidays.start_date"},
	} {
		s := rows(t, c.export, c.record, extract.Options{})
		if len(s.rows) > 0 || !slices.Equal(s.rejects, []string{c.want}) {
			t.Errorf("%s %s: rows %v rejects %v, want %s", c.export, c.record, s.rows, s.rejects, c.want)
		}
	}
}

func TestConfiguredFields(t *testing.T) {
	opt := extract.Options{Fields: map[string]string{
		"custom_fields.36001": "attributes.product", "custom_fields.36002": "reason", "custom_fields.36003": "order_id", "tags": "attributes.tags",
		"brand_id": "attributes.brand", "priority": "attributes.prio", "ticket_form_id": "attributes.form", "fields.9": "attributes.nine"}}
	s := rows(t, "tickets", `{"id":1,"created_at":"2025-01-01T00:00:00Z","priority":"low","brand_id":3,"tags":["a","b c",4],"custom_fields":[{"id":36001,"value":["x","y"]},
	 {"value":"late","id":36002},{"id":36003,"value":"O-7"},{"id":36004,"value":"no"}],"fields":[{"id":9,"value":true}]}`, opt)
	want(t, s.rows,
		"ticket ticket_id=1 priority=low reason=late created_at=2025-01-01T00:00:00Z {brand=3} {product=x,y} {nine=true} {prio=low} {tags=a,b c,4}",
		"journey_event occurred_at=2025-01-01T00:00:00Z event_type=ticket_created source_event=Ticket ticket_id=1 order_id=O-7 snapshot key=1")
	s = rows(t, "users", `{"id":1,"role":"end-user","user_fields":{"tier":"gold","since":"2020-01-02"},"email":"a@b.pl"}`, extract.Options{Fields: map[string]string{
		"user_fields.tier": "segment", "user_fields.since": "created_at", "email": "user_id"}})
	want(t, s.rows, "customer email_id=a@b.pl user_id=a@b.pl contact_id=1 kind=person segment=gold created_at=2020-01-02T00:00:00Z")
	s = rows(t, "users", `{"id":1,"user_fields":{"since":"x"}}`, extract.Options{Fields: map[string]string{"user_fields.since": "created_at"}})
	want(t, s.rejects, "1 wrong_type user_fields.since")
	for name, column := range map[string]string{"subject": "attributes.subject", "email": "attributes.mail", "x": "nowhere", "y": "record_version", "phone": "segment", "custom_fields.1": "event_date"} {
		err := read(t, &sink{}, "tickets", "", extract.Options{Fields: map[string]string{name: column}})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "fields."+name) {
			t.Errorf("%s → %s: %v", name, column, err)
		}
	}
}

// The same records give the same rows however they are laid out and cut.
func TestLayouts(t *testing.T) {
	records := []string{`{"id":1,"created_at":"2025-01-01T00:00:00Z","status":"open"}`, `{"id":2,"created_at":"2025-01-01T00:00:00Z"}`, `{"id":3,"created_at":"2025-01-01T00:00:00Z"}`}
	all := rows(t, "tickets", strings.Join(records, "\n"), extract.Options{}).rows
	for name, text := range map[string]string{
		"array": "[" + strings.Join(records, ",\n") + "]", "page": `{"tickets":[` + strings.Join(records, ",") + `],"end_of_stream":true}`,
		"pages": `{"tickets":[` + records[0] + "," + records[1] + "],\"count\":2}\n{\"tickets\":[" + records[2] + "]}",
		"bom":   "\ufeff" + strings.Join(records, "\r\n") + "\r\n",
	} {
		for _, size := range []int{0, 1, 100} {
			want(t, rows(t, "tickets", text, extract.Options{ChunkBytes: size}).rows, all...)
			_ = name
		}
	}
	want(t, rows(t, "tickets", "", extract.Options{}).rows)
	want(t, rows(t, "tickets", `{"tickets":[]}`, extract.Options{}).rows)
}

func TestSinkErrorsStop(t *testing.T) {
	for _, e := range Exports() {
		s := &sink{fail: errors.New("full")}
		text := `{"id":1,"ticket_id":2,"score":"good","created_at":"2025-01-01T00:00:00Z","time_zone":"UTC","intervals":[{"start_time":1,"end_time":2}],"events":[{"id":1,"type":"Comment"},{"id":2,"type":"Comment"}]}`
		if err := read(t, s, e.Name, text, extract.Options{}); err == nil || len(s.rows) != 1 {
			t.Errorf("%s went on after the sink failed: %v, %d rows", e.Name, err, len(s.rows))
		}
	}
}

func TestRealSamples(t *testing.T) {
	dir := filepath.Join(testenv.Samples(t), "zendesk")
	for file, c := range map[string]struct {
		export                string
		records, rows         int64
		solved, replied, open int
	}{
		"tickets.ndjson": {"tickets", 40, 80, 0, 0, 0}, "ticket_audits.ndjson": {"ticket_audits", 285, -1, 0, 0, 0},
		"users.ndjson": {"users", 46, -1, 0, 0, 0}, "satisfaction_ratings.ndjson": {"satisfaction_ratings", 11, 11, 0, 0, 0}, "schedule.json": {"schedules", 1, -1, 0, 0, 0},
	} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		s := rows(t, c.export, string(data), extract.Options{})
		if s.records != c.records || len(s.rejects) > 0 || c.rows >= 0 && int64(len(s.rows)) != c.rows {
			t.Errorf("%s: %d records, %d rows, rejects %v", file, s.records, len(s.rows), s.rejects)
		}
		kinds := map[string]int{}
		for _, r := range s.rows {
			kind, _, _ := strings.Cut(r, " ")
			if _, after, ok := strings.Cut(r, "event_type="); ok {
				kind, _, _ = strings.Cut(after, " ")
			}
			kinds[kind]++
		}
		t.Log(file, kinds)
		if file == "ticket_audits.ndjson" {
			if n := bytes.Count(data, []byte(`"type": "Comment"`)); kinds["ticket_replied"]+kinds["ticket_noted"] != n {
				t.Errorf("%d comments, %v", n, kinds)
			}
			if n := bytes.Count(data, []byte(`"field_name": "status"`)); kinds["ticket_status_changed"] != n {
				t.Errorf("%d changes of status, %v", n, kinds)
			}
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	text := `{"id":50,"ticket_id":1,"created_at":"2025-03-21T22:59:00Z","author_id":5004,"via":{"channel":"email"},"events":[{"id":500,"type":"Comment","author_id":5004,"public":true,"body":"x"},{"id":501,"type":"Create","field_name":"status","value":"new"}]}` + "\n"
	for name, line := range map[string]string{"ticket_audits": text, "tickets": `{"id":1,"created_at":"2025-03-23T12:13:00Z","status":"open","via":{"channel":"web","source":{"from":{"address":"a"}}},"satisfaction_rating":{"score":"good"}}` + "\n"} {
		in := extract.Input{Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(strings.Repeat(line, 200))), nil
		}}
		st, err := exportOf(t, name).Open(t.Context(), in, extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := st.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d, s := st.NewDecoder(), &sink{quiet: true}
		if n := testing.AllocsPerRun(10, func() {
			if err := d.Decode(t.Context(), c, s); err != nil {
				t.Fatal(err)
			}
		}); n > 10 {
			t.Errorf("%s: %v allocations in 200 records", name, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), []byte(`{"tickets":[{"id":1,"created_at":"2025-01-01T00:00:00Z","via":{"source":{"from":{"address":"a@b.c"}}},"custom_fields":[{"id":1,"value":[1,"a"]}]}]}`))
	f.Add(uint8(1), []byte(`{"id":1,"ticket_id":2,"created_at":"2025-01-01T00:00:00Z","events":[{"id":1,"type":"Change","field_name":"status","value":"solved","previous_value":"open"},{"type":"VoiceComment","data":{"answered_by_id":1,"call_duration":5}}]}`))
	f.Add(uint8(2), []byte(`[{"id":1,"role":"agent","time_zone":"London"}]`))
	f.Add(uint8(3), []byte(`{"id":1,"ticket_id":2,"score":"good","created_at":"2025-01-01T00:00:00Z"}`))
	f.Add(uint8(4), []byte(`{"schedule":{"id":1,"time_zone":"London","intervals":[{"start_time":0,"end_time":10080}],"holidays":[{"start_date":"2025-04-07","end_date":"2025-04-08"}]}}`))
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		e := Exports()[int(which)%5]
		opt := extract.Options{ChunkBytes: 64, MaxRecord: 4096}
		if e.Name != "schedules" {
			opt.Fields = map[string]string{"custom_fields.1": "attributes.a", "user_fields.x": "attributes.b", "z": "attributes.c"}
		}
		s := &sink{quiet: true}
		err := read(t, s, e.Name, string(data), opt)
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
	})
}
