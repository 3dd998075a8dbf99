package pipeline

import "waymark/load/clickhouse"

func biViews(set *modelSet) ([]clickhouse.View, error) { return nil, nil }
