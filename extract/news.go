package extract

// News is what an object holds that its export does not know: how its schema drifted. Neither keeps a record from being
// used. Both lists are sorted and hold each entry once.
type News struct {
	Columns []string // columns, or top-level fields of records
	Values  []string // "field=value" of fields whose vocabulary is the system's own; such values are kept as they are
}
