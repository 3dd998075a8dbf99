package sampledata

import (
	"context"
	"fmt"
	"io"
)

// Bulk is one large export for measurements. Unlike Generate's, its files are plain, without planted defects, and
// nothing counts the truth about them.
type Bulk string

// The bulk exports. At size 1 each has about a million records.
const (
	BulkWebEvents    Bulk = "ga4"        // ga4/events_YYYYMMDD.json: seven days of GA4's BigQuery export, about 1.9 GB
	BulkTicketAudits Bulk = "zendesk"    // zendesk/ticket_audits.ndjson: thirty days in the order of time, about 1 GB
	BulkContacts     Bulk = "salesforce" // salesforce/Contact.csv: 40 columns, about 0.5 GB
)

// Bulks are all of them.
func Bulks() []Bulk { return []Bulk{BulkWebEvents, BulkTicketAudits, BulkContacts} }

// BulkOptions say how much of a bulk export to make: the days stay, size multiplies what happens on each.
type BulkOptions struct {
	Seed uint64
	Size float64
}

// What makes a million records.
const (
	bulkWebDays   = 7
	bulkWebScale  = 5.075 // Options.Scale
	bulkAuditDays = 30
	bulkTickets   = 163_000
	bulkContacts  = 1_000_000
)

// GenerateBulk makes one bulk export. The same options give the same bytes; memory grows with customers and with the
// tickets that are open at one time, not with records.
func GenerateBulk(ctx context.Context, kind Bulk, opt BulkOptions, put Put) error {
	if opt.Size <= 0 {
		return fmt.Errorf("make bulk export %s: size %g is not positive", kind, opt.Size)
	}
	write, days := (*generator).bulkWeb, bulkWebDays
	switch kind {
	case BulkWebEvents:
	case BulkTicketAudits:
		write, days = (*generator).bulkAudits, bulkAuditDays
	case BulkContacts:
		write = (*generator).bulkContacts
	default:
		return fmt.Errorf("make bulk export: there is none called %q", kind)
	}
	g, err := newGenerator(Options{Seed: opt.Seed, Scale: bulkWebScale * opt.Size, Days: days})
	if err != nil {
		return err
	}
	g.put = put
	if err := write(g, ctx, opt.Size); err != nil {
		return fmt.Errorf("make bulk export %s: %w", kind, err)
	}
	return nil
}

// bulkWeb writes the days as Generate does, uncompressed.
func (g *generator) bulkWeb(ctx context.Context, _ float64) error {
	g.web = g.newWeb()
	for i := range g.opt.Days {
		name := "ga4/events_" + compact(g.date(i)) + ".json"
		if err := g.file(ctx, webSource, name, func(w io.Writer) error { return g.writeDay(ctx, w, i) }); err != nil {
			return err
		}
		g.tickets = g.tickets[:0] // who would have written about an order: nobody asks here
	}
	return nil
}
