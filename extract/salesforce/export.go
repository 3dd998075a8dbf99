package salesforce

import (
	"context"

	"waymark/extract"
)

// System is the name of the system in configurations and rows.
const System = "salesforce"

// Exports returns the exports of Salesforce, one per object.
func Exports() []extract.Export {
	var list []extract.Export
	for _, o := range objects() {
		list = append(list, extract.Export{
			System: System, Name: o.name, Version: o.version, Tables: o.tables(),
			// A data export holds every record of an object, but comes in several files where there are many: merging by
			// id is right for both. Who wants hard deletes to vanish sets mode: full.
			Open: func(ctx context.Context, in extract.Input, opt extract.Options) (extract.Stream, error) {
				return open(ctx, o, in, opt)
			},
		})
	}
	return list
}
