package zendesk

import (
	"context"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

const system = "zendesk"

// kind describes one export: what its pages are called, what it writes and how a record is decoded.
type kind struct {
	name    string
	wrapper []string
	tables  []*schemas.Table // configured fields go to the first of them that has the column
	full    bool
	fields  string // documented fields that nothing reads
	// decoder returns the function that decodes one record, for one worker.
	decoder func(b *base) func(rec *jsonscan.Record, sink schemas.Sink) error
}

func kinds() []kind {
	return []kind{
		{name: "tickets", wrapper: []string{"tickets", "ticket", "results"}, tables: []*schemas.Table{schemas.Ticket, schemas.JourneyEvent}, fields: ticketFields, decoder: newTickets},
		{name: "ticket_audits", wrapper: []string{"audits", "audit", "ticket_audits"}, tables: []*schemas.Table{schemas.JourneyEvent}, fields: auditFields, decoder: newAudits},
		{name: "users", wrapper: []string{"users", "user"}, tables: []*schemas.Table{schemas.Customer, schemas.Agent}, fields: userFields, decoder: newUsers},
		{name: "satisfaction_ratings", wrapper: []string{"satisfaction_ratings", "satisfaction_rating"}, tables: []*schemas.Table{schemas.JourneyEvent}, fields: ratingFields, decoder: newRatings},
		{name: "schedules", wrapper: []string{"schedules", "schedule"}, tables: []*schemas.Table{schemas.BusinessInterval}, full: true, fields: scheduleFields, decoder: newSchedules},
	}
}

// Exports returns the exports of system "zendesk".
func Exports() []extract.Export {
	var out []extract.Export
	for _, k := range kinds() {
		out = append(out, extract.Export{
			System: system, Name: k.name, Tables: k.tables, FullByDefault: k.full,
			Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
				return open(ctx, k, in, opt)
			},
		})
	}
	return out
}
