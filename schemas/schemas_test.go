package schemas

import (
	"slices"
	"strings"
	"testing"
)

// The Ev… constants are positions; this holds them to the declared order.
func TestColumnPositions(t *testing.T) {
	for _, c := range []struct {
		table *Table
		name  string
		pos   int
	}{
		{JourneyEvent, "event_id", EvEventID}, {JourneyEvent, "page_path", EvPagePath}, {JourneyEvent, "attributes", EvAttributes},
		{JourneyEvent, "is_deleted", EvDeleted}, {JourneyEvent, "record_version", EvVersion}, {JourneyEvent, "row_hash", EvHash},
		{Customer, "attributes", CuAttributes}, {AccountTable, "attributes", AcAttributes}, {Agent, "attributes", AgAttributes},
		{Ticket, "row_hash", TiHash}, {Opportunity, "close_date", OpCloseDate}, {Campaign, "attributes", CaAttributes},
		{BusinessInterval, "row_hash", BiHash}, {RejectTable, "record", RjRecord},
		{FxRate, "row_hash", FxHash}, {FxRate, "rate", FxRateCol}, {CostLine, "row_hash", CoHash}, {CostLine, "cost", CoCost},
		{Contract, "row_hash", CnHash}, {Contract, "mrr", CnMRR}, {KPITarget, "row_hash", KtHash}, {KPITarget, "target", KtTarget},
	} {
		if got := c.table.Col(c.name); got != c.pos {
			t.Errorf("%s.%s is at %d, its constant says %d", c.table.Name, c.name, got, c.pos)
		}
	}
}

func TestTablesAreComplete(t *testing.T) {
	for _, table := range Tables() {
		for _, name := range append(append([]string{}, table.Key...), table.Sort...) {
			if table.Col(name) < 0 {
				t.Errorf("%s: key or sort column %q does not exist", table.Name, name)
			}
		}
		for _, name := range table.BucketBy {
			if !slices.Contains(table.Key, name) {
				t.Errorf("%s: bucket column %q is not part of the key", table.Name, name)
			}
		}
		if table.PartitionCol < 0 || table.SystemCol < 0 || table.ExportCol < 0 {
			t.Errorf("%s: lacks a partition, system or export column", table.Name)
		}
		for _, c := range table.Columns {
			if c.Comment == "" || strings.ContainsAny(c.Comment, "\\\n") {
				t.Errorf("%s.%s: needs a one-line comment", table.Name, c.Name)
			}
		}
	}
}

func TestDictNumbersInOrderOfFirstUse(t *testing.T) {
	var d Dict
	for round := 0; round < 2; round++ {
		for i := 0; i < 5000; i++ {
			v := []byte(strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune(i)))
			code := d.Code(v)
			if again := d.Code(v); again != code {
				t.Fatalf("value %d: code %d, then %d", i, code, again)
			}
			if string(d.Value(code)) != string(v) {
				t.Fatalf("code %d does not give its value back", code)
			}
		}
		if d.Code([]byte{}) != uint32(d.Len()-1) || len(d.Value(uint32(d.Len()-1))) != 0 {
			t.Fatal("the empty string is a value like any other")
		}
		d.Reset()
	}
}

func TestTablesFitASetOfColumns(t *testing.T) {
	for _, table := range Tables() {
		if n := len(table.Columns); n > MaxColumns {
			t.Errorf("%s has %d columns, at most %d fit", table.Name, n, MaxColumns)
		}
	}
}
