package clickhouse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"

	"waymark/internal/fault"
	"waymark/schemas"
)

// stated is one statement of an order; each has a hash of its own.
type stated struct {
	record, number, day string
	version             int
	amount              int
	country             string
	eventType, export   string
	deleted             bool
}

// state puts statements into a staging table of journey_event, or (published) its target.
func state(t *testing.T, w *Warehouse, into Table, list ...stated) {
	t.Helper()
	for _, o := range list {
		must(t, w.Exec(t.Context(), `INSERT INTO `+into.SQL()+` (event_id, record_id, event_date, occurred_at, system, export, event_type, order_id, amount, currency, country, record_version, is_deleted, row_hash)
			WITH cityHash64({type:String}) % 100 AS n, toUUID(concat('00000000-0000-0000-0000-0000000000', {record:String})) AS record
			SELECT reinterpret(bitXor(reinterpret(record, 'UInt128'), toUInt128(n)), 'UUID'), record, toDate({day:String}), toDateTime64({day:String}, 6, 'UTC'), 'shop', {export:String}, {type:String}, {number:String},
				toDecimal64({amount:String}, 4), 'EUR', {country:String}, {version:Int64}, {deleted:Bool}, cityHash64({amount:String}, {country:String}, {deleted:Bool})`,
			map[string]string{"record": o.record, "day": cmp.Or(o.day, "2024-01-31"), "export": cmp.Or(o.export, "orders"), "type": cmp.Or(o.eventType, "order_placed"), "number": o.number,
				"amount": fmt.Sprint(o.amount), "country": o.country, "version": fmt.Sprint(o.version), "deleted": fmt.Sprint(o.deleted)}))
	}
}

// Where the books state an order twice at one age, the greater hash is no reason to believe the one or the other: unless neither counts.
func TestResolveRefusesContradictions(t *testing.T) {
	w, ctx := open(t), t.Context()
	s := newStaging(t, w, schemas.JourneyEvent, "r1")
	const later = "2024-02-02"
	state(t, w, s.table,
		stated{record: "01", number: "A1", version: 1, amount: 10}, // corrected
		stated{record: "01", number: "A1", version: 2, amount: 11},
		stated{record: "02", number: "A2", version: 1, amount: 20}, // delivered twice
		stated{record: "02", number: "A2", version: 1, amount: 20},
		stated{record: "03", number: "A3", version: 1, amount: 30}, // withdrawn
		stated{record: "03", number: "A3", version: 1, amount: 31, deleted: true},
		stated{record: "04", number: "A4", version: 1, amount: 40, export: "events"}, // a browser's, not the books'
		stated{record: "04", number: "A4", version: 1, amount: 41, export: "events"},
		stated{record: "05", number: "A5", version: 1, amount: 50}, // a contradiction that was put right
		stated{record: "05", number: "A5", version: 1, amount: 51},
		stated{record: "05", number: "A5", version: 2, amount: 50},
		stated{record: "06", number: "A6", version: 1, amount: 60}, // and one that was withdrawn
		stated{record: "06", number: "A6", version: 1, amount: 61},
		stated{record: "06", number: "A6", version: 2, deleted: true},
		stated{record: "07", number: "A7", version: 1, amount: 70}, // put right, on another day
		stated{record: "07", number: "A7", version: 1, amount: 71},
		stated{record: "07", number: "A7", version: 2, amount: 70, day: later},
		stated{record: "08", number: "A8", version: 1, amount: 80, eventType: "order_refunded"}, // of a refund that there was not
		stated{record: "08", number: "A8", version: 1, amount: 81, eventType: "order_refunded"},
		stated{record: "08", number: "A8", version: 2, amount: 90, day: later},
		stated{record: "09", number: "A9", version: 1, amount: 90}, // put right on a day that is published
		stated{record: "09", number: "A9", version: 1, amount: 91},
		stated{record: "20", number: "A0", version: 1, amount: 90}, // said by two exports, of which one says more
		stated{record: "20", number: "A0", version: 1, amount: 90, country: "PL"},
	)
	published := stated{record: "09", number: "A9", version: 2, amount: 90, day: "2024-02-01"}
	state(t, w, s.target, published)
	t.Cleanup(func() { must(t, w.Exec(context.Background(), "TRUNCATE TABLE "+s.target.SQL(), nil)) })
	_, err := s.Resolve(ctx)
	must(t, err)
	for i, number := range []string{"B4", "B1", "B3", "B2"} {
		o := stated{record: fmt.Sprintf("1%d", i), number: number, version: 2, amount: 50}
		older, other := o, o
		older.version, older.day, other.amount = 1, later, 51
		state(t, w, s.table, o, other, older)
	}
	// What is published for a day that staging holds anew is no longer.
	state(t, w, s.target, stated{record: "10", number: "B4", version: 3, amount: 50})
	_, err = s.Resolve(ctx)
	const want = "the books contradict themselves about B1 of shop (2024-01-31), B2 of shop (2024-01-31), B3 of shop (2024-01-31) and 1 more: two statements of one age differ"
	if !fault.Is(err, fault.Gate) || !errors.Is(err, ErrContradiction) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
