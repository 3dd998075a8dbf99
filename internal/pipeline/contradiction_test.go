package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waymark/transform/models"
)

// An order whose lines do not stand together is two statements of one age. A newer export puts it right, also on a day so much later that
// it is published in another batch, of up to 512 days.
func TestContradictionIsPutRight(t *testing.T) {
	t.Parallel()
	s := newWholeSite(t)
	s.models = []models.Model{}
	cfg := s.config(`  - { name: orders, system: orders, export: orders, location: "$DIR/in/*.csv", currency: EUR }
`)
	day := func(n int) string { return time.Date(2020, 1, 1+n, 10, 0, 0, 0, time.UTC).Format(time.RFC3339) }
	var b strings.Builder
	fmt.Fprintf(&b, "order_id,ordered_at,amount\n7,%s,10\n", day(0))
	for i := range 512 {
		fmt.Fprintf(&b, "n%d,%s,5\n", i, day(1+i))
	}
	fmt.Fprintf(&b, "7,%s,20\n", day(0))
	s.write("in/a.csv", b.String(), 2*time.Hour)
	s.write("in/b.csv", fmt.Sprintf("order_id,ordered_at,amount\n7,%s,30\n", day(512)), time.Hour)
	s.run(cfg)
	s.verify(cfg)
	s.want("SELECT argMax(amount, record_version) FROM waymark_raw.journey_event WHERE order_id = '7'", "30.0000")
}
