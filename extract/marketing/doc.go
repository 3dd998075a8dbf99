// Package marketing reads what marketing cost, from any CSV or JSON by day and campaign: fields mapped by the configuration to the names below.
//
//	cost_date    required (or day, date)
//	cost         required; not negative
//	currency     ISO 4217; the source's `currency:` where absent
//	channel, source, medium, campaign, content, term
//	impressions, clicks   not negative
//	cost_id      what tells the lines of one campaign and day apart (an advertisement); without it every line counts
//	updated_at   version; without it the newer object wins
//	attributes.NAME
//
// Each line is one row of cost_line. A newer export replaces all that older ones said of a day and campaign (channel, source, medium, campaign
// together), so that exports may overlap: yesterday's, or the last seven days every day.
package marketing
