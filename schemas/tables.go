package schemas

// Tables returns every lake table in a fixed order.
func Tables() []*Table {
	return []*Table{JourneyEvent, Customer, AccountTable, Agent, Ticket, Opportunity, Campaign, BusinessInterval,
		Contract, CostLine, FxRate, KPITarget, RejectTable}
}

// TableByName returns the named table, or nil.
func TableByName(name string) *Table {
	for _, t := range Tables() {
		if t.Name == name {
			return t
		}
	}
	return nil
}
