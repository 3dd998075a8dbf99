package billing

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// System is the name of the system in configurations and rows.
const System = "billing"

// The slots of a row, in the order of the layout's names.
const (
	contractID = iota
	startedAt
	changedAt
	renewedAt
	endedAt
	mrr
	arr
	amount
	billingMonths
	currency
	updatedAt
	isDeleted
	comment
)

var layout = &tabular.Layout{
	Of: "a contract", Table: schemas.Contract, Grouped: true,
	Names: []string{"contract_id", "started_at", "changed_at", "renewed_at", "ended_at", "mrr", "arr", "amount", "billing_months", "currency", "updated_at", "is_deleted", "comment"},
	Columns: map[string]int{
		"email": schemas.CnEmailID, "customer_id": schemas.CnUserID, "contact_id": schemas.CnContactID, "account_id": schemas.CnAccountID,
		"plan": schemas.CnPlan, "end_reason": schemas.CnEndReason,
	},
	Unread: []int{comment},
	Barred: []int{schemas.CnContractID, schemas.CnValidFrom, schemas.CnStartedOn, schemas.CnRenewedOn, schemas.CnEndedOn, schemas.CnMRR, schemas.CnCurrency},
	Need:   []int{contractID, startedAt},
}

// Exports returns the one export there is, contracts. An export holds every contract, so that the newest one replaces the others.
func Exports() []extract.Export {
	return []extract.Export{{
		System: System, Name: "contracts", Version: 2, Tables: []*schemas.Table{schemas.JourneyEvent, schemas.Contract}, FullByDefault: true,
		Timed: true, // a term is an event once it has begun
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			s, err := tabular.Open(ctx, in, opt, layout)
			if err != nil {
				return nil, err
			}
			if s.Lacks(mrr) && s.Lacks(arr) && s.Lacks(amount) {
				return nil, errors.Join(s.Missing(mrr), s.Close())
			}
			return stream{s}, nil
		},
	}}
}

type stream struct{ *tabular.Stream }

func (s stream) NewDecoder() extract.Decoder { return newDecoder(s.Stream) }
