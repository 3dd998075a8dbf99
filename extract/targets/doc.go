// Package targets reads targets of KPIs from YAML, CSV or JSON:
//
//	targets:
//	  - kpi: nps               # an id of the catalogue
//	    dimension: channel     # with member; both absent is the KPI as a whole
//	    member: email
//	    baseline: 35           # in the KPI's unit, a share as 0.12 or 12 %; absent is the KPI's own value at start
//	    target: 45
//	    start: 2026-01-01
//	    due: 2026-06-30
//	    owner: Service desk    # a team or a role
//
// In CSV and JSON the fields have these names or are mapped to them. Each target is a row of kpi_target.
//
// Rejected are: a KPI or dimension that the catalogue does not know (with the nearest name), a value outside the KPI's unit (a share is from
// 0 to 1, nps from -100 to 100, nothing else is negative), a due date not after the start, an unknown key, and a second target of one
// KPI, dimension, member and due date.
package targets
