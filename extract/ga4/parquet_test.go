package ga4

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"waymark/extract"
	"waymark/schemas"
)

// The shape of the BigQuery export, as far as it matters here. Integers are quoted in its JSON.
type fileValue struct {
	String *string  `json:"string_value" parquet:"string_value,optional"`
	Int    *int64   `json:"int_value,string" parquet:"int_value,optional"`
	Float  *float64 `json:"float_value" parquet:"float_value,optional"`
	Double *float64 `json:"double_value" parquet:"double_value,optional"`
}

type fileParam struct {
	Key   *string    `json:"key" parquet:"key,optional"`
	Value *fileValue `json:"value" parquet:"value,optional"`
}

type fileWebInfo struct {
	Browser *string `json:"browser" parquet:"browser,optional"`
}

type fileDevice struct {
	Category *string      `json:"category" parquet:"category,optional"`
	OS       *string      `json:"operating_system" parquet:"operating_system,optional"`
	Language *string      `json:"language" parquet:"language,optional"`
	Browser  *string      `json:"browser" parquet:"browser,optional"`
	WebInfo  *fileWebInfo `json:"web_info" parquet:"web_info,optional"`
}

type fileGeo struct {
	City    *string `json:"city" parquet:"city,optional"`
	Country *string `json:"country" parquet:"country,optional"`
}

type fileTraffic struct {
	Name   *string `json:"name" parquet:"name,optional"`
	Medium *string `json:"medium" parquet:"medium,optional"`
	Source *string `json:"source" parquet:"source,optional"`
}

type fileCollected struct {
	Name   *string `json:"manual_campaign_name" parquet:"manual_campaign_name,optional"`
	Source *string `json:"manual_source" parquet:"manual_source,optional"`
	Medium *string `json:"manual_medium" parquet:"manual_medium,optional"`
}

type fileCampaign struct {
	Name    *string `json:"campaign_name" parquet:"campaign_name,optional"`
	Source  *string `json:"source" parquet:"source,optional"`
	Medium  *string `json:"medium" parquet:"medium,optional"`
	Content *string `json:"content" parquet:"content,optional"`
	Term    *string `json:"term" parquet:"term,optional"`
}

type fileLastClick struct {
	Manual *fileCampaign `json:"manual_campaign" parquet:"manual_campaign,optional"`
	Cross  *fileCampaign `json:"cross_channel_campaign" parquet:"cross_channel_campaign,optional"`
	Ads    *fileCampaign `json:"google_ads_campaign" parquet:"google_ads_campaign,optional"`
}

type fileCommerce struct {
	Quantity *int64   `json:"total_item_quantity,string" parquet:"total_item_quantity,optional"`
	Revenue  *float64 `json:"purchase_revenue" parquet:"purchase_revenue,optional"`
	OrderID  *string  `json:"transaction_id" parquet:"transaction_id,optional"`
}

type fileRest struct {
	Timestamp *int64         `json:"event_timestamp,string" parquet:"event_timestamp,optional"`
	Name      *string        `json:"event_name" parquet:"event_name,optional"`
	UserID    *string        `json:"user_id" parquet:"user_id,optional"`
	PseudoID  *string        `json:"user_pseudo_id" parquet:"user_pseudo_id,optional"`
	Bundle    *int64         `json:"event_bundle_sequence_id,string" parquet:"event_bundle_sequence_id,optional"`
	Page      *int64         `json:"batch_page_id,string" parquet:"batch_page_id,optional"`
	Ordering  *int64         `json:"batch_ordering_id,string" parquet:"batch_ordering_id,optional"`
	Index     *int64         `json:"batch_event_index,string" parquet:"batch_event_index,optional"`
	Device    *fileDevice    `json:"device" parquet:"device,optional"`
	Geo       *fileGeo       `json:"geo" parquet:"geo,optional"`
	Traffic   *fileTraffic   `json:"traffic_source" parquet:"traffic_source,optional"`
	Collected *fileCollected `json:"collected_traffic_source" parquet:"collected_traffic_source,optional"`
	LastClick *fileLastClick `json:"session_traffic_source_last_click" parquet:"session_traffic_source_last_click,optional"`
	Commerce  *fileCommerce  `json:"ecommerce" parquet:"ecommerce,optional"`
}

type fileEvent struct {
	fileRest
	Params []fileParam `json:"event_params" parquet:"event_params,list"`
	Props  []fileParam `json:"user_properties" parquet:"user_properties,list"`
}

// legacyEvent has its lists as repeated groups.
type legacyEvent struct {
	fileRest
	Params []fileParam `json:"event_params" parquet:"event_params"`
	Props  []fileParam `json:"user_properties" parquet:"user_properties"`
}

// asParquet converts NDJSON by way of encoding/json.
func asParquet[T any](t testing.TB, text []byte) []byte {
	t.Helper()
	var rows []T
	for line := range bytes.Lines(text) {
		var row T
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, parquet.MaxRowsPerRowGroup(400), parquet.PageBufferSize(4<<10))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestFormatsAgree holds that JSON and Parquet of the same made-up events give the same rows in the same order.
func TestFormatsAgree(t *testing.T) {
	text := append(generate(900), oneLine(modern)+"\n"...)
	opt := extract.Options{Currency: "EUR", Fields: map[string]string{"event_params.button": "attributes.button", "user_properties.tier": "channel", "event_params.debug_mode": "attributes.debug"}}
	want := newRowSink()
	if err := drain(t, textInput(text), opt, want); err != nil {
		t.Fatal(err)
	}
	if len(want.text) != 901 {
		t.Fatalf("%d rows, %+v", len(want.text), want.rejects)
	}
	for name, data := range map[string][]byte{"list.element": asParquet[fileEvent](t, text), "repeated": asParquet[legacyEvent](t, text)} {
		for _, chunk := range []int{0, 64 << 10} {
			opt.ChunkBytes = chunk
			got := newRowSink()
			if err := drain(t, textInput(data), opt, got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if d := cmp.Diff(want.text, got.text); d != "" {
				t.Fatalf("%s: %s", name, d)
			}
		}
	}
}

func TestParquetRejects(t *testing.T) {
	data := asParquet[fileEvent](t, []byte(`{"event_name":"x","event_timestamp":"1"}
{"event_timestamp":"1"}
{"event_name":"x"}
{"event_name":"x","event_timestamp":"-1","event_params":[{"key":"a","value":{}}]}
`))
	sink := newRowSink()
	if err := drain(t, textInput(data), extract.Options{}, sink); err != nil {
		t.Fatal(err)
	}
	want := []schemas.Reject{
		{Line: 2, Offset: 1, Reason: schemas.MissingRequired, Field: "event_name", Message: "the event has no name"},
		{Line: 3, Offset: 2, Reason: schemas.MissingRequired, Field: "event_timestamp", Message: "the event has no time"},
		{Line: 4, Offset: 3, Reason: schemas.OutOfRange, Field: "event_timestamp", Message: "outside 1970 to 2149"},
	}
	if d := cmp.Diff(want, sink.rejects); d != "" || len(sink.text) != 1 || sink.records != 4 {
		t.Errorf("%d rows of %d: %s", len(sink.text), sink.records, d)
	}
}

func TestParquetContracts(t *testing.T) {
	type textTime struct {
		Name   string      `parquet:"event_name"`
		Time   string      `parquet:"event_timestamp"`
		Params []fileParam `parquet:"event_params,list"`
	}
	type flatParams struct {
		Name   string `parquet:"event_name"`
		Time   int64  `parquet:"event_timestamp"`
		Params string `parquet:"event_params"`
	}
	type noName struct {
		Time   int64       `parquet:"event_timestamp"`
		Params []fileParam `parquet:"event_params,list"`
	}
	key := "a"
	for name, tt := range map[string]struct {
		data   []byte
		reason schemas.Reason
		field  string
	}{
		"time as text":   {parquetOf(t, textTime{"x", "1", []fileParam{{Key: &key}}}), schemas.WrongType, "event_timestamp"},
		"params as text": {parquetOf(t, flatParams{"x", 1, "[]"}), schemas.WrongType, "event_params"},
		"no name":        {parquetOf(t, noName{1, []fileParam{{Key: &key}}}), schemas.MissingRequired, "event_name"},
		"cut off":        {parquetOf(t, noName{1, nil})[:60], schemas.Truncated, ""},
	} {
		_, err := Events().Open(context.Background(), textInput(tt.data), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != tt.reason || q.Field != tt.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func parquetOf[T any](t testing.TB, row T) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf)
	if _, err := w.Write([]T{row}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkParquet decodes the same events as BenchmarkDecode from Parquet; bytes are those of the JSON.
func BenchmarkParquet(b *testing.B) {
	text := generate(10_000)
	data := asParquet[fileEvent](b, text)
	sink := newCountSink()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := drain(b, textInput(slices.Clip(data)), extract.Options{}, sink); err != nil {
			b.Fatal(err)
		}
	}
}
