package orders

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/internal/fault"
	"waymark/schemas"
)

func read(t *testing.T, e extract.Export, text string, opt extract.Options) *exporttest.Result {
	t.Helper()
	got, err := exporttest.Read(t, e, []byte(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// spelt shows events as "key order type day amount currency quantity who channel …" and rejects as "line reason field".
func spelt(got *exporttest.Result) (rows, rejects []string) {
	for _, r := range got.Tables["journey_event"] {
		row := fmt.Sprint(r["@key"], " ", r["order_id"], " ", r["event_type"], " ", r["occurred_at"], " ", r["amount"], " ", r["currency"], " ", r["quantity"])
		for _, c := range []string{"email_id", "user_id", "channel", "country", "attributes.status", "attributes.discount_code", "is_deleted"} {
			if r[c] != "" {
				row += " " + r[c]
			}
		}
		rows = append(rows, row)
	}
	for _, r := range got.Rejects {
		rejects = append(rejects, fmt.Sprint(r.Line, " ", r.Reason, " ", r.Field))
	}
	return rows, rejects
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: want -, got +:\n%s", what, d)
	}
}

const shopHeader = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code," +
	"Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,Shipping City,Shipping Country,Notes,Cancelled at," +
	"Refunded Amount,Id,Source,Phone\n"

const shopOrders = shopHeader +
	"#1001,Ada@x.example,paid,2026-01-05 10:00:09 +0100,fulfilled,,no,PLN,100.00,15.00,21.50,115.00,HELLO,0.00,Courier,2026-01-05 10:00:01 +0100,2,Tent,40.00,T1,Ada,Zakopane,PL,\"call me\nnow\",,0.00,5500,web,\n" +
	"#1001,Ada@x.example,,,,,,,,,,,,,,2026-01-05 10:00:01 +0100,1,Mug,20.00,T2,,,,,,,,,\n" +
	"#1002,b@x.example,refunded,2026-01-06 10:00:09 +0100,,,no,EUR,30,0,0,30,,,,2026-01-06 10:00:01 +0100,1,Mug,30.00,T2,,,,,2026-01-07 08:00:00 +0100,12.5,5501,pos,\n" +
	"#1003,,voided,,,,no,PLN,30,0,0,30,,,,2026-01-06 11:00:01 +0100,1,Mug,30.00,T2,,,,,2026-01-07 09:00:00 +0100,0.00,5502,web,\n" +
	"#1004,,paid,,,,no,PLN,30,0,0,30,,,,2026-01-06 12:00:01 +0100,1,Mug,30.00,T2,,,,,2026-01-07 09:00:00 +0100,0.00,5503,web,\n"

func TestShopify(t *testing.T) {
	want := []string{
		"#1001 1001 order_placed 2026-01-05T09:00:01Z 115.0000 PLN 3 Ada@x.example web PL paid HELLO",
		"#1002 1002 order_placed 2026-01-06T09:00:01Z 30.0000 EUR 1 b@x.example pos refunded",
		"#1002 1002 order_refunded 2026-01-07T07:00:00Z 12.5000 EUR  b@x.example pos refunded",
		"#1003 1003 order_placed 2026-01-06T10:00:01Z 30.0000 PLN 1 web voided",
		"#1003 1003 order_refunded 2026-01-07T08:00:00Z  PLN  web voided",     // never paid: whole
		"#1004 1004 order_placed 2026-01-06T11:00:01Z 30.0000 PLN 1 web paid", // cancelled, but the money was kept
	}
	for _, size := range []int{1, 64, 300, 600, 1 << 20} {
		got := read(t, Exports()[0], shopOrders, extract.Options{ChunkBytes: size})
		rows, rejects := spelt(got)
		same(t, fmt.Sprintf("chunks of %d", size), rows, want)
		if rejects != nil || got.News.Columns != nil || got.Records != 5 {
			t.Errorf("%d records, rejects %v, new columns %v", got.Records, rejects, got.News.Columns)
		}
	}
	got := read(t, Exports()[0], shopOrders, extract.Options{Fields: map[string]string{"Id": "order_id", "Subtotal": "amount"}})
	if row := got.Tables["journey_event"][0]; row["order_id"] != "5500" || row["amount"] != "100.0000" {
		t.Errorf("other fields: %v", row)
	}
}

func TestGenericCSV(t *testing.T) {
	got := read(t, Exports()[1], "Nr;Kiedy;Wartość;Sztuk;Waluta;Klient;Zwrot\nZ1;05.01.2026 10:00;1.200,50;1;;K1;\nZ1;;-0,50;2;;;\nZ2;06.01.2026 10:00;10;1;EUR;K2;4\n",
		extract.Options{DecimalComma: true, Currency: "PLN", TimeZone: "Europe/Warsaw", Fields: map[string]string{"Nr": "order_id", "Kiedy": "ordered_at", "Wartość": "line_amount",
			"Sztuk": "quantity", "Waluta": "currency", "Klient": "customer_id", "Zwrot": "refunded_amount"}})
	rows, rejects := spelt(got)
	same(t, "rows", rows, []string{
		"Z1 Z1 order_placed 2026-01-05T09:00:00Z 1200.0000 PLN 3 K1",
		"Z2 Z2 order_placed 2026-01-06T09:00:00Z 10.0000 EUR 1 K2",
		"Z2 Z2 order_refunded 2026-01-06T09:00:00Z 4.0000 EUR  K2",
	})
	if rejects != nil {
		t.Error(rejects)
	}
}

func TestGenericJSON(t *testing.T) {
	const lines = `{"order_id":17,"ordered_at":"2026-01-05T10:00:00Z","amount":12.34,"currency":"eur","customer":{"email":"a@x.example","name":"A"},"quantity":2}
{"order_id":17,"quantity":1,"currency":"EUR"}
{"order_id":"18","ordered_at":"2026-01-05T10:00:00Z","amount":"5","cancelled_at":"2026-01-06T10:00:00Z","note":"x"}
{"order_id":"19","ordered_at":"2026-01-05T10:00:00Z","is_deleted":true}
`
	want := []string{
		"17 17 order_placed 2026-01-05T10:00:00Z 12.3400 eur 3 a@x.example",
		"18 18 order_placed 2026-01-05T10:00:00Z 5.0000 GBP 0",
		"18 18 order_refunded 2026-01-06T10:00:00Z  GBP ",
		"19  order_placed 2026-01-05T10:00:00Z    1",
	}
	array := "[\n" + strings.ReplaceAll(strings.TrimSpace(lines), "\n", " ,\n\n") + "\n]\n"
	for what, text := range map[string]string{"lines": lines, "array": array} {
		for _, size := range []int{1, 40, 150, 1 << 20} {
			got := read(t, Exports()[1], text, extract.Options{ChunkBytes: size, Currency: "GBP", DecimalComma: true, Fields: map[string]string{"customer.email": "email"}})
			rows, rejects := spelt(got)
			same(t, fmt.Sprintf("%s in chunks of %d", what, size), rows, want)
			if rejects != nil || got.Records != 4 {
				t.Errorf("%d records, rejects %v", got.Records, rejects)
			}
		}
	}
}

func TestRejects(t *testing.T) {
	got := read(t, Exports()[1], "order_id,ordered_at,amount,line_amount,currency,quantity,refunded_amount\n"+
		"A,2026-01-05,10,,EUR,1,\nA,,10,,USD,1,\n"+ // two currencies
		"B,2026-01-05,10,,EUR,1,\nB,,11,,EUR,1,\n"+ // two amounts
		"C,2026-01-05,10,,EUR,1,1\nC,,,,,1,2\n"+ // two refunds
		"D,2026-01-05,-10,,EUR,1,\n"+
		"E,2026-01-05,10,,zł,1,\n"+
		"F,,10,,EUR,1,\n"+
		",2026-01-05,10,,EUR,1,\n"+
		"G,2026-01-05,,,EUR,1,\n"+
		"H,2026-01-05,,5,EUR,1,\nH,,,-6,EUR,1,\n"+
		"I,2026-01-05,10,,EUR,99999999999,\n"+
		"J,2026-01-05,10,,EUR,1,-3\n"+
		"K,2026-01-05,10,,EUR,1,\n", extract.Options{})
	rows, rejects := spelt(got)
	same(t, "rows", rows, []string{"K K order_placed 2026-01-05T00:00:00Z 10.0000 EUR 1"})
	same(t, "rejects", rejects, []string{"3 contradiction currency", "5 contradiction amount", "7 contradiction refunded_amount", "8 out_of_range amount", "9 wrong_type currency",
		"10 missing_required ordered_at", "11 missing_required order_id", "12 missing_required amount", "13 out_of_range line_amount", "15 out_of_range quantity", "16 out_of_range refunded_amount"})
}

func TestQuarantineAndFields(t *testing.T) {
	for _, c := range []struct{ text, field string }{
		{"order_id,ordered_at\n", "amount"}, {"ordered_at,amount\n", "order_id"}, {"order_id,amount\n", "ordered_at"},
	} {
		_, err := exporttest.Read(t, Exports()[1], []byte(c.text), extract.Options{})
		var q *extract.Quarantine
		if !errors.As(err, &q) || q.Reason != schemas.MissingRequired || q.Field != c.field {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	for _, fields := range []map[string]string{{"a": "nonsense"}, {"a": "order_id", "b": "order_id"}, {"notes": "attributes.notes"}, {"Billing Name": "attributes.who"}, {"a": "event_type"}} {
		if _, err := exporttest.Read(t, Exports()[1], nil, extract.Options{Fields: fields}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", fields, err)
		}
	}
	for _, text := range []string{"", "\n", "order_id,ordered_at,amount\n", "[]", "[\n]"} {
		if got := read(t, Exports()[1], text, extract.Options{}); got.Records != 0 {
			t.Errorf("%q gives %v", text, got)
		}
	}
}

// Whatever the text: no panic, and the same events however it is cut.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(shopOrders), true, 64)
	f.Add([]byte("order_id,ordered_at,amount,currency\nA,2026-01-05,10,EUR\nA,,10,USD\nB,\"2026\n-01-05\",1,\n"), false, 16)
	f.Add([]byte(`[{"order_id":1,"ordered_at":"2026-01-05","amount":1}, {"order_id":1,"quantity":2},{"order_id":2}`), false, 8)
	f.Add([]byte("{\"order_id\":1,\"ordered_at\":\"2026-01-05\",\"amount\":1}\n{\"order_id\":1,\"quantity\":2}\n"), false, 8)
	f.Fuzz(func(t *testing.T, data []byte, shop bool, size int) {
		e := Exports()[1]
		if shop {
			e = Exports()[0]
		}
		whole, err := exporttest.Read(t, e, data, extract.Options{MaxRecord: 1 << 12, ChunkBytes: 1 << 13})
		var q *extract.Quarantine
		if err != nil && !errors.As(err, &q) {
			t.Fatal(err)
		}
		if whole == nil {
			return
		}
		cut, err := exporttest.Read(t, e, data, extract.Options{MaxRecord: 1 << 12, ChunkBytes: max(size, 1)})
		if err != nil {
			t.Fatal(err)
		}
		a, x := spelt(whole)
		b, y := spelt(cut)
		if d := cmp.Diff(a, b) + cmp.Diff(x, y); d != "" && len(data) < 1<<12 {
			t.Fatalf("other events in chunks of %d:\n%s", size, d)
		}
	})
}
