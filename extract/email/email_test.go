package email

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
)

func read(t *testing.T, e extract.Export, text string, opt extract.Options) (rows, rejects []string, records int64) {
	t.Helper()
	got, err := exporttest.Read(t, e, []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got.Tables["journey_event"] {
		row := r["event_type"] + " " + r["occurred_at"]
		for _, c := range []string{"@key", "email_id", "user_id", "campaign", "page_host", "page_path", "device_category", "country", "attributes.segment"} {
			if r[c] != "" {
				row += " " + r[c]
			}
		}
		rows = append(rows, strings.ReplaceAll(row, "\x00", "~"))
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	return rows, rejects, got.Records
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

const page = `{"hasMore":true,"offset":"x","events":[
 {"id":"e1","created":1767607200123,"type":"SENT","recipient":"a@x.example","emailCampaignId":77,"portalId":1,"appId":2,"appName":"Batch","subject":"Hi Ada","from":"Shop <s@x>"},
 {"id":"e2","created":1767607200000,"type":"DELIVERED","recipient":"a@x.example","emailCampaignId":77,"smtpId":null},
 {"id":"e3","created":1767610800000,"type":"OPEN","recipient":"a@x.example","emailCampaignId":77,"deviceType":"MOBILE","location":{"country":"POLAND","city":"x"},"browser":{"name":"Mail","family":"Apple"},"sentBy":{"id":"e1","created":1767607200123}},
 {"id":"e4","created":1767610800000,"type":"OPEN","recipient":"a@x.example","emailCampaignId":77,"filteredEvent":true},
 {"id":"e5","created":1767610801000,"type":"CLICK","recipient":"a@x.example","emailCampaignId":77,"url":"https://u@shop.example/boots?e=a@x.example#top"},
 {"id":"e6","created":1767610802000,"type":"STATUSCHANGE","recipient":"a@x.example","subscriptions":[{"id":1,"status":"UNSUBSCRIBED"}],"source":"SOURCE_RECIPIENT"},
 {"id":"e7","created":1767610802000,"type":"STATUSCHANGE","recipient":"b@x.example","portalSubscriptionStatus":"UNSUBSCRIBED"},
 {"id":"e8","created":1767610802000,"type":"STATUSCHANGE","recipient":"b@x.example","portalSubscriptionStatus":"SUBSCRIBED","subscriptions":[{"id":1,"status":"SUBSCRIBED"}]},
 {"id":"e9","created":1767610803000,"type":"BOUNCE","recipient":"c@x.example","emailCampaignId":77,"category":"UNKNOWN_USER"},
 {"id":"f1","created":1767610803000,"type":"UNBOUNCE"}
],"total":11}
`

func TestHubSpot(t *testing.T) {
	want := []string{
		"email_sent 2026-01-05T10:00:00.123Z e1 a@x.example 77",
		"email_opened 2026-01-05T11:00:00Z e3 a@x.example 77 MOBILE POLAND",
		"email_clicked 2026-01-05T11:00:01Z e5 a@x.example 77 shop.example /boots",
		"email_unsubscribed 2026-01-05T11:00:02Z e6 a@x.example",
		"email_unsubscribed 2026-01-05T11:00:02Z e7 b@x.example",
		"email_bounced 2026-01-05T11:00:03Z e9 c@x.example 77",
	}
	lines := strings.ReplaceAll(strings.TrimSpace(page[strings.IndexByte(page, '[')+2:strings.LastIndexByte(page, ']')-1]), "},\n", "}\n") + "\n"
	for what, text := range map[string]string{"page": page, "lines": lines} {
		rows, rejects, records := read(t, Exports()[0], text, extract.Options{ChunkBytes: 200})
		same(t, what, rows, want)
		if rejects != nil || records != 10 {
			t.Errorf("%s: %d records, rejects %v", what, records, rejects)
		}
	}
}

func TestGeneric(t *testing.T) {
	rows, rejects, _ := read(t, Exports()[1], "Time,Action,Subscriber,Campaign name,Link,segment,subject\n2026-01-05 11:00,Open,a@x.example,spring,,vip,\"Hi, Ada\"\n"+
		"2026-01-05 11:01,clicked,a@x.example,spring,mailto:a@x.example,,\n2026-01-05 11:02,delivered,a@x.example,spring,,,\n", extract.Options{TimeZone: "Europe/Warsaw",
		Fields: map[string]string{"Time": "occurred_at", "Action": "type", "Subscriber": "email", "Campaign name": "campaign", "Link": "url"}})
	same(t, "rows", rows, []string{
		"email_opened 2026-01-05T10:00:00Z a@x.example~~~email_opened~spring~1767607200000000 a@x.example spring vip",
		"email_clicked 2026-01-05T10:01:00Z a@x.example~~~email_clicked~spring~1767607260000000 a@x.example spring",
	})
	same(t, "rejects", rejects, nil)
	rows, rejects, _ = read(t, Exports()[1], `{"event_id":1,"occurred_at":"2026-01-05T10:00:00Z","type":"unsubscribed","customer_id":7}`, extract.Options{})
	same(t, "rows", rows, []string{"email_unsubscribed 2026-01-05T10:00:00Z 1 7"})
	same(t, "rejects", rejects, nil)
}

func TestRejects(t *testing.T) {
	rows, rejects, _ := read(t, Exports()[1], "occurred_at,type,email\n,open,a@x\nsoon,open,a@x\n2026-01-05,,a@x\n2026-01-05,opend,a@x\n2026-01-05,open,\n", extract.Options{})
	same(t, "rows", rows, nil)
	same(t, "rejects", rejects, []string{"2 missing_required occurred_at", "3 wrong_type occurred_at", "4 missing_required type", "5 wrong_type type", "6 missing_required email"})
	_, err := exporttest.Read(t, Exports()[1], []byte("occurred_at,email\n"), extract.Options{})
	var q *extract.Quarantine
	if !errors.As(err, &q) || q.Field != "type" {
		t.Errorf("no type: %v", err)
	}
	if _, err := exporttest.Read(t, Exports()[1], nil, extract.Options{Fields: map[string]string{"subject": "attributes.subject", "recipient": "attributes.who"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address is stored: %v", err)
	}
}

// Whatever the text: no panic, and no more rows and rejects than records.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(page), true)
	f.Add([]byte("occurred_at,type,email,url\n2026-01-05,open,a@x,https://a/b?c\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, tool bool) {
		e := Exports()[1]
		if tool {
			e = Exports()[0]
		}
		got, err := exporttest.Read(t, e, data, extract.Options{MaxRecord: 1 << 12, ChunkBytes: 64})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if got != nil && int64(len(got.Tables["journey_event"])+len(got.Rejects)) > got.Records {
			t.Fatalf("%d records give %d rows and %d rejects", got.Records, len(got.Tables["journey_event"]), len(got.Rejects))
		}
	})
}
