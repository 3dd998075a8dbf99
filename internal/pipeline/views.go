package pipeline

import (
	"fmt"

	"waymark/load/clickhouse"
	"waymark/schemas"
	"waymark/transform/models"
)

// biViews returns the views of cx_bi in the form that load/clickhouse creates.
func biViews(set *modelSet) ([]clickhouse.View, error) {
	kpis, err := schemas.KPIs()
	if err != nil {
		return nil, fmt.Errorf("read the KPI catalogue: %w", err)
	}
	var out []clickhouse.View
	for _, v := range models.Views(set.list, kpis) {
		view := clickhouse.View{Name: v.Name, Comment: v.Comment, SQL: v.SQL, Columns: map[string]string{}}
		typed := true
		for _, c := range v.Columns {
			view.Columns[c.Name] = c.Comment
			view.Typed = append(view.Typed, clickhouse.ModelColumn(c))
			typed = typed && c.Type != ""
		}
		if !typed {
			view.Typed = nil
		}
		out = append(out, view)
	}
	return out, nil
}
