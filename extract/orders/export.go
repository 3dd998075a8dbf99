package orders

import (
	"context"
	"errors"

	"waymark/extract"
	"waymark/extract/tabular"
	"waymark/schemas"
)

// The systems, as configurations and rows name them.
const (
	Shopify = "shopify"
	Generic = "orders"
)

// Exports returns shopify/orders and orders/orders. That an export is named orders is what tells the models that it is the shop's books.
func Exports() []extract.Export {
	return []extract.Export{export(Shopify, shopify()), export(Generic, generic())}
}

func export(system string, l *tabular.Layout) extract.Export {
	return extract.Export{
		System: system, Name: "orders", Tables: []*schemas.Table{schemas.JourneyEvent},
		Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
			s, err := tabular.Open(ctx, in, opt, l)
			if err != nil {
				return nil, err
			}
			if s.Lacks(amount) && s.Lacks(lineAmount) {
				return nil, errors.Join(s.Missing(amount), s.Close())
			}
			return stream{s, system == Shopify}, nil
		},
	}
}

// stream is one opened object.
type stream struct {
	*tabular.Stream
	hash bool // numbers are written #1001
}

func (s stream) NewDecoder() extract.Decoder { return newDecoder(s) }
