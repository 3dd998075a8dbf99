package pipeline_test

import (
	"testing"

	"waymark/internal/testenv"
)

// The two formats of the real GA4 sample give the same events, sessions, orders and revenue; the figures are those of
// plain SQL over the sample's Parquet (24,219 rows; distinct (user_pseudo_id, ga_session_id); ecommerce.transaction_id).
func TestRealGA4InBothFormats(t *testing.T) {
	t.Parallel()
	samples := testenv.Samples(t)
	for _, format := range []string{"ga4_events_sampled.bqexport.ndjson.gz", "ga4_events_sampled.snappy.parquet"} {
		t.Run(format, func(t *testing.T) {
			s := newSite(t, "fct_session", "fct_order")
			cfg := s.config("  - { name: web, system: ga4, export: events, location: "+samples+"/ga4/"+format+" }\n", "currency: USD")
			report := s.run(cfg)
			if rejects, _ := report.Rejects(); rejects > 0 {
				t.Errorf("%d records were rejected", rejects)
			}
			s.want("SELECT count(), uniqExact(event_id) FROM waymark_raw.journey_event", "24219|24219")
			s.want("SELECT count(), countIf(is_engaged) FROM cx_bi.fct_session", "20705|16090")
			// 525 distinct usable order numbers, the earliest event of each: 38,202 USD.
			s.want("SELECT count(), toString(sum(amount_reporting)) FROM cx_bi.fct_order", "525|38202")
			s.verify(cfg)
		})
	}
}

// Won, lost and open opportunities with their amounts, as read from the sample with a spreadsheet's rules.
func TestRealSalesforceOpportunities(t *testing.T) {
	samples := testenv.Samples(t)
	s := newSite(t, "fct_opportunity")
	cfg := s.config("  - { name: opportunities, system: salesforce, export: Opportunity, location: "+samples+"/salesforce/Opportunity.csv }\n", "currency: USD")
	s.run(cfg)
	s.want("SELECT is_closed, is_won, count(), toString(sum(amount_reporting)) FROM cx_bi.fct_opportunity GROUP BY ALL ORDER BY ALL",
		"false|false|35|30002070.5", "true|false|3|3058912.5", "true|true|12|10542562.98")
	s.verify(cfg)
}
