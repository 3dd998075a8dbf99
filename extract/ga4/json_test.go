package ga4

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/internal/fault"
	"waymark/schemas"
)

// textInput is an object in memory.
func textInput(data []byte) extract.Input {
	return extract.Input{
		Name: "mem", Size: int64(len(data)), Modified: 1_700_000_000_000_000,
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		ReadAt: func(_ context.Context, p []byte, off int64) (int, error) {
			return bytes.NewReader(data).ReadAt(p, off)
		},
	}
}

// columnsOf decodes one record and returns its set columns by name.
func columnsOf(t *testing.T, record string, opt extract.Options) map[string]any {
	t.Helper()
	got := map[string]any{}
	sink := newRowSink()
	sink.each = func(r *schemas.Row) {
		for i, v := range r.Vals {
			switch c := r.Table.Columns[i]; {
			case !r.Has(i):
			case v.Bytes != nil:
				got[c.Name] = string(v.Bytes)
			case c.Type == schemas.Float32:
				got[c.Name] = float64(v.Float())
			default:
				got[c.Name] = v.Num
			}
		}
		for _, a := range r.Attrs {
			got["attributes."+a.Key] = string(a.Value)
		}
	}
	if err := drain(t, textInput([]byte(record)), opt, sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.rejects) > 0 {
		t.Fatalf("rejected: %+v", sink.rejects)
	}
	return got
}

const modern = `{"event_date":"20240310","event_timestamp":"1710028800123456","event_name":"purchase","event_params":[
{"key":"ga_session_id","value":{"string_value":null,"int_value":"1710028000","float_value":null,"double_value":null}},
{"key":"session_engaged","value":{"string_value":"1"}},{"key":"engagement_time_msec","value":{"int_value":"1500"}},
{"key":"page_location","value":{"string_value":"https://user@Shop.Example.com:8443/Checkout/done?order=1#top"}},
{"key":"page_referrer","value":{"string_value":"https://pay.example.net"}},{"key":"currency","value":{"string_value":"PLN"}},
{"key":"value","value":{"double_value":99.99}},{"key":"transaction_id","value":{"string_value":"param-id"}},
{"key":"source","value":{"string_value":"param"}},{"key":"button","value":{"string_value":"Kup \"teraz\" \u017c"}}],
"event_bundle_sequence_id":"-5","batch_page_id":"1710028800","batch_ordering_id":"2","batch_event_index":"3",
"user_id":"C-17","user_pseudo_id":"11.22","user_properties":[{"key":"tier","value":{"string_value":"gold","set_timestamp_micros":"1"}}],
"device":{"category":"mobile","operating_system":"Android","language":"pl","browser":"old","web_info":{"browser":"Chrome","hostname":"x"}},
"geo":{"city":"(not set)","country":"Poland"},"traffic_source":{"name":"(direct)","medium":"(none)","source":"(direct)"},
"collected_traffic_source":{"manual_campaign_name":"collected","manual_source":"mail","manual_medium":"email"},
"session_traffic_source_last_click":{"manual_campaign":{"campaign_name":"spring","source":"news","medium":"email","content":"c1","term":"t1"},
 "google_ads_campaign":{"campaign_name":"(not set)"},"cross_channel_campaign":{"campaign_name":"spring x","source":"news","medium":"email"}},
"ecommerce":{"total_item_quantity":"3","purchase_revenue":123.4567,"transaction_id":"A-1"},"items":[{"item_id":"1"}],"is_active_user":true}`

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "") }

func TestModernPurchase(t *testing.T) {
	want := map[string]any{
		"occurred_at": int64(1710028800123456), "event_type": "order_placed", "source_event": "purchase", "user_id": "C-17", "device_id": "11.22",
		"session_id": int64(1710028000), "order_id": "A-1", "campaign": "spring x", "source": "news", "medium": "email", "content": "c1", "term": "t1",
		"amount": int64(1234567), "currency": "PLN", "quantity": int64(3), "duration_ms": int64(1500), "page_host": "shop.example.com", "page_path": "/Checkout/done",
		"referrer_host": "pay.example.net", "device_category": "mobile", "os": "Android", "browser": "Chrome", "country": "Poland", "language": "pl",
		"is_engaged": int64(1), "record_version": int64(1_700_000_000_000_000),
		"attributes.button": `Kup "teraz" ż`, "channel": "gold",
	}
	opt := extract.Options{Currency: "EUR", Fields: map[string]string{"event_params.button": "attributes.button", "user_properties.tier": "channel", "event_params.nothing": "theme"}}
	if d := cmp.Diff(want, columnsOf(t, oneLine(modern), opt)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, columnsOf(t, modern, opt)); d != "" {
		t.Errorf("over several lines: %s", d)
	}
}

// TestColumns changes one thing at a time in a small event.
func TestColumns(t *testing.T) {
	event := func(name, rest string) string {
		return `{"event_name":"` + name + `","event_timestamp":"1","user_pseudo_id":"u"` + rest + `}`
	}
	param := func(key, value string) string { return `{"key":"` + key + `","value":{` + value + `}}` }
	params := func(p ...string) string { return `,"event_params":[` + strings.Join(p, ",") + `]` }
	for name, tt := range map[string]struct {
		in   string
		want map[string]any // "" is absent
	}{
		"no order number":      {event("purchase", `,"ecommerce":{"transaction_id":"(not set)"}`+params(param("transaction_id", `"string_value":"p"`))), map[string]any{"event_type": "order_placed", "order_id": ""}},
		"empty order number":   {event("purchase", `,"ecommerce":{"transaction_id":""}`), map[string]any{"order_id": ""}},
		"order from param":     {event("purchase", params(param("transaction_id", `"int_value":"77"`))), map[string]any{"order_id": "77"}},
		"not an order":         {event("add_to_cart", `,"ecommerce":{"transaction_id":"A"}`), map[string]any{"event_type": "cart_added", "order_id": ""}},
		"refund":               {event("refund", `,"ecommerce":{"transaction_id":"A","refund_value":5,"purchase_revenue":9}`), map[string]any{"event_type": "order_refunded", "order_id": "A", "amount": int64(50_000), "currency": "EUR"}},
		"refund without value": {event("refund", `,"ecommerce":{"transaction_id":"A","purchase_revenue":9}`+params(param("value", `"int_value":"4"`))), map[string]any{"amount": int64(40_000)}},
		"value as text":        {event("purchase", params(param("value", `"string_value":"12.5"`))), map[string]any{"amount": int64(125_000)}},
		"value no number":      {event("click", params(param("value", `"string_value":"big"`))), map[string]any{"amount": "", "currency": "", "event_type": "web_other", "source_event": "click"}},
		"float dust":           {event("purchase", `,"ecommerce":{"purchase_revenue":137.80000000000001}`), map[string]any{"amount": int64(1_378_000)}},
		"half up":              {event("purchase", `,"ecommerce":{"purchase_revenue":0.00015}`), map[string]any{"amount": int64(2)}},
		"last value wins":      {event("x", `,"event_name":"page_view"`+params(param("ga_session_id", `"int_value":"1"`), param("ga_session_id", `"int_value":"2"`))), map[string]any{"event_type": "page_viewed", "session_id": int64(2)}},
		"session as text":      {event("x", params(param("ga_session_id", `"string_value":"12"`), param("session_engaged", `"int_value":1`))), map[string]any{"session_id": int64(12), "is_engaged": int64(1)}},
		"not engaged":          {event("x", params(param("session_engaged", `"string_value":"0"`))), map[string]any{"is_engaged": int64(0)}},
		"not set":              {event("x", `,"geo":{"country":"(not set)","city":"(not set)"},"device":{"browser":"(data deleted)"}`), map[string]any{"country": "", "city": "", "browser": "(data deleted)"}},
		"direct":               {event("x", `,"traffic_source":{"source":"(direct)","medium":"(none)","name":"(not set)"}`+params(param("ga_session_number", `"int_value":"1"`))), map[string]any{"source": "(direct)", "medium": "(none)", "campaign": ""}},
		"collected first":      {event("x", `,"traffic_source":{"source":"a"},"collected_traffic_source":{"manual_source":"b","manual_term":"t"}`+params(param("source", `"string_value":"c"`))), map[string]any{"source": "b", "term": "t", "medium": ""}},
		"a later visit":        {event("x", `,"traffic_source":{"source":"mail"}`+params(param("ga_session_number", `"int_value":"2"`))), map[string]any{"source": ""}},
		"a first visit":        {event("first_visit", `,"traffic_source":{"source":"mail"}`), map[string]any{"source": "mail"}},
		"params before first":  {event("x", `,"traffic_source":{"source":"a"}`+params(param("campaign", `"string_value":"c"`), param("term", `"string_value":"t"`))), map[string]any{"source": "", "campaign": "c", "term": "t"}},
		"ads":                  {event("x", `,"session_traffic_source_last_click":{"manual_campaign":{"source":"(not set)"},"google_ads_campaign":{"campaign_name":"brand"}}`), map[string]any{"source": "google", "medium": "cpc", "campaign": "brand"}},
		"relative page":        {event("page_view", params(param("page_location", `"string_value":"/a/b?c"`), param("page_referrer", `"string_value":""`))), map[string]any{"page_host": "", "page_path": "/a/b", "referrer_host": ""}},
		"bare host":            {event("page_view", params(param("page_location", `"string_value":"https://EXAMPLE.com?x"`))), map[string]any{"page_host": "example.com", "page_path": "/"}},
		"nulls":                {event("x", `,"event_params":null,"device":null,"geo":null,"ecommerce":null,"user_id":null,"traffic_source":null,"batch_page_id":null`), map[string]any{"user_id": "", "event_type": "web_other"}},
		"number as id":         {event("x", `,"user_id":42`), map[string]any{"user_id": "42"}},
	} {
		got := columnsOf(t, tt.in, extract.Options{Currency: "EUR"})
		for col, want := range tt.want {
			if v, ok := got[col]; want == "" && ok || want != "" && v != want {
				t.Errorf("%s: %s = %v, want %v", name, col, v, want)
			}
		}
	}
}

func TestRejects(t *testing.T) {
	good := `{"event_name":"x","event_timestamp":"1","user_pseudo_id":"u"}`
	text := strings.Join([]string{
		good, `{"event_timestamp":"1"}`, `{"event_name":"x"}`, `{"event_name":"x","event_timestamp":"soon"}`, `{"event_name":"x","event_timestamp":"-1"}`,
		`{"event_name":"x","event_timestamp":"5662310400000000"}`, `{"event_name":"x","event_timestamp":1`, `[1]`, "{\"event_name\":\"x\xff\",\"event_timestamp\":1}",
		`{"event_name":"x","event_timestamp":1,"event_params":[{"key":"value","value":{"double_value":1e300}}]}`,
		`{"event_name":"x","event_timestamp":1,"ecommerce":{"total_item_quantity":"3000000000"}}`,
		`{"event_name":"x","event_timestamp":1,"event_params":{}}`, good, `{"event_name":"x","event_ti`,
	}, "\n")
	sink := newRowSink()
	if err := drain(t, textInput([]byte(text)), extract.Options{}, sink); err != nil {
		t.Fatal(err)
	}
	var got [][3]any
	for _, r := range sink.rejects {
		if !strings.HasPrefix(text[r.Offset:], strings.Split(text, "\n")[r.Line-1]) {
			t.Errorf("offset %d is not line %d", r.Offset, r.Line)
		}
		got = append(got, [3]any{r.Line, r.Reason, r.Field})
	}
	want := [][3]any{
		{int64(2), schemas.MissingRequired, "event_name"}, {int64(3), schemas.MissingRequired, "event_timestamp"}, {int64(4), schemas.WrongType, "event_timestamp"},
		{int64(5), schemas.OutOfRange, "event_timestamp"}, {int64(6), schemas.OutOfRange, "event_timestamp"}, {int64(7), schemas.Malformed, ""},
		{int64(8), schemas.WrongType, ""}, {int64(9), schemas.InvalidUTF8, ""}, {int64(10), schemas.OutOfRange, "event_params.value"},
		{int64(11), schemas.OutOfRange, "ecommerce.total_item_quantity"}, {int64(12), schemas.WrongType, "event_params"}, {int64(14), schemas.Truncated, ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(sink.text) != 2 || sink.records != 14 {
		t.Errorf("%d rows of %d records", len(sink.text), sink.records)
	}
}

// TestKeys holds that an event's key depends neither on the order of the file nor on chunks, and what makes two events.
func TestKeys(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(string(generate(300)), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	read := func(chunk int) []string {
		sink := newRowSink()
		if err := drain(t, textInput([]byte(strings.Join(lines, ""))), extract.Options{ChunkBytes: chunk}, sink); err != nil {
			t.Fatal(err)
		}
		slices.Sort(sink.text)
		return sink.text
	}
	want := read(0)
	for _, chunk := range []int{0, 2000, 10_000} {
		rand.New(rand.NewPCG(3, uint64(chunk))).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if !slices.Equal(want, read(chunk)) {
			t.Errorf("order or chunks of %d change the rows", chunk)
		}
	}
	key := func(rest string) string {
		sink := newRowSink()
		var out string
		sink.each = func(r *schemas.Row) { out = string(r.Key) }
		if err := drain(t, textInput([]byte(`{"event_name":"x","event_timestamp":"1"`+rest+`}`)), extract.Options{}, sink); err != nil {
			t.Fatal(err)
		}
		return out
	}
	distinct := map[string]string{}
	for _, rest := range []string{``, `,"user_pseudo_id":"1"`, `,"batch_page_id":0`, `,"batch_event_index":0`, `,"batch_event_index":1`, `,"event_params":[{"key":"a","value":{"string_value":"1"}}]`,
		`,"event_params":[{"key":"a","value":{"int_value":"1"}}]`, `,"event_params":[{"key":"a1","value":{"string_value":""}}]`, `,"geo":{"city":"x"}`, `,"user_id":"x"`} {
		k := key(rest)
		if other, ok := distinct[k]; ok {
			t.Errorf("%q and %q are one event", rest, other)
		}
		distinct[k] = rest
	}
	if key(`,"items":[],"geo":{"city":"x"}`) != key(`,"geo":{ "city" : "\u0078" },"platform":"WEB"`) {
		t.Error("what is not decoded changes the key")
	}
}

func TestFieldsAreChecked(t *testing.T) {
	for conf, want := range map[string]string{
		"event_params.x=device_categori":  "device_category",
		"event_params.x=nonsense_zzz_qqq": "",
		"event_params.x=event_id":         "",
		"event_params.x=occurred_at":      "",
		"params.x=theme":                  "",
		"event_params.=theme":             "",
		"event_params.x=attributes.":      "",
	} {
		field, column, _ := strings.Cut(conf, "=")
		_, err := Events().Open(context.Background(), textInput(nil), extract.Options{Fields: map[string]string{field: column}})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "fields."+field) {
			t.Errorf("%s: %v", conf, err)
		}
		if want != "" && !strings.Contains(fault.HintOf(err), want) {
			t.Errorf("%s: hint %q lacks %s", conf, fault.HintOf(err), want)
		}
	}
}

func TestConfiguredColumnTypes(t *testing.T) {
	event := func(value string) string {
		return `{"event_name":"x","event_timestamp":"1","event_params":[{"key":"k","value":{` + value + `}}]}`
	}
	for _, tt := range []struct {
		column, value string
		want          any // nil is a reject
	}{
		{"quantity", `"int_value":"3"`, int64(3)}, {"quantity", `"string_value":"x"`, nil}, {"quantity", `"int_value":"3000000000"`, nil},
		{"score", `"double_value":4.5`, 4.5}, {"score", `"string_value":"9"`, float64(9)}, {"amount", `"string_value":"1.5"`, int64(15_000)}, {"amount", `"int_value":"2"`, int64(20_000)},
		{"is_public", `"string_value":"true"`, int64(1)}, {"is_public", `"int_value":"0"`, int64(0)}, {"is_public", `"int_value":"7"`, nil},
		{"ticket_id", `"int_value":"12"`, "12"}, {"email_id", `"string_value":"a@b.c"`, "a@b.c"}, {"duration_ms", `"double_value":12`, int64(12)},
	} {
		opt := extract.Options{Fields: map[string]string{"event_params.k": tt.column}}
		if tt.want != nil {
			if got := columnsOf(t, event(tt.value), opt)[tt.column]; got != tt.want {
				t.Errorf("%s from %s = %v, want %v", tt.column, tt.value, got, tt.want)
			}
			continue
		}
		sink := newRowSink()
		if err := drain(t, textInput([]byte(event(tt.value))), opt, sink); err != nil {
			t.Fatal(err)
		}
		if len(sink.rejects) != 1 || sink.rejects[0].Reason != schemas.WrongType || sink.rejects[0].Field != "event_params.k" {
			t.Errorf("%s from %s: %+v", tt.column, tt.value, sink.rejects)
		}
	}
}

func TestArchives(t *testing.T) {
	text := generate(200)
	plain := newRowSink()
	if err := drain(t, textInput(text), extract.Options{}, plain); err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(text)
	z.Close()
	got := newRowSink()
	if err := drain(t, textInput(zipped.Bytes()), extract.Options{}, got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(plain.text, got.text) {
		t.Error("gzip changes the rows")
	}
	err := drain(t, textInput(zipped.Bytes()[:zipped.Len()/2]), extract.Options{}, newRowSink())
	var q *extract.Quarantine
	if !errors.As(err, &q) || q.Reason != schemas.Truncated {
		t.Errorf("truncated gzip: %v", err)
	}
	if err := drain(t, textInput(nil), extract.Options{}, newRowSink()); err != nil {
		t.Errorf("empty object: %v", err)
	}
}

func TestSupersedes(t *testing.T) {
	keys := []string{
		"a/events_20240101.json.gz", "a/events_20240102-000.json", "a/events_20240102-001.json", "a/events_intraday_20240101.json", "a/events_intraday_20240102.parquet",
		"a/events_intraday_20240103.json", "b/events_intraday_20240101.json", "a/events_intraday_202401011.json", "a/events_2024.json", "a/other.json",
	}
	want := map[string]string{
		"a/events_intraday_20240101.json": "a/events_20240101.json.gz", "a/events_intraday_20240102.parquet": "a/events_20240102-000.json",
	}
	if d := cmp.Diff(want, Events().Supersedes(keys)); d != "" {
		t.Error(d)
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	d := &jsonDecoder{news: jsonscan.NewDrift().Watch(), draft: drafter{currency: []byte("EUR"), extras: []extra{{key: "debug_mode", col: -1, attr: "debug"}}}}
	sink := newCountSink()
	c := extract.Chunk{Data: append(generate(1000), oneLine(modern)+"\n"...), Line: 1}
	decode := func() {
		if err := d.Decode(context.Background(), c, sink); err != nil {
			t.Fatal(err)
		}
	}
	decode()
	if n := testing.AllocsPerRun(5, decode); n > 8 { // a few for the iteration over the chunk
		t.Errorf("%v allocations for 1001 records", n)
	}
	if sink.rejects > 0 {
		t.Errorf("%d rejects", sink.rejects)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneLine(modern)))
	f.Add(generate(2))
	f.Add([]byte(`{"event_name":"x","event_timestamp":"1","event_params":[{"key":"page_location","value":{"string_value":"//@:?#"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		sink := newRowSink()
		opt := extract.Options{MaxRecord: 1 << 16, Fields: map[string]string{"event_params.value": "score", "user_properties.x": "attributes.x"}}
		if err := drain(t, textInput(data), opt, sink); err != nil {
			var q *extract.Quarantine
			if !errors.As(err, &q) {
				t.Fatal(err)
			}
			return
		}
		if int64(len(sink.text)+len(sink.rejects)) != sink.records {
			t.Fatalf("%d rows and %d rejects of %d records", len(sink.text), len(sink.rejects), sink.records)
		}
	})
}
