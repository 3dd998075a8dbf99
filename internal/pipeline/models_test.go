package pipeline

import (
	"testing"

	"github.com/rs/zerolog"

	"waymark/configs"
	"waymark/load/clickhouse"
	"waymark/load/engine/enginetest"
	"waymark/schemas"
)

// Every model's SELECT gives exactly the columns that it declares, in types whose values go in unharmed.
func TestModelsGiveWhatTheyDeclare(t *testing.T) {
	p := enginetest.Start(t)
	w, err := clickhouse.Open(t.Context(), clickhouse.Options{Address: p.Address(), Secret: p.Secret(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.Migrate(t.Context(), schemas.Tables()); err != nil {
		t.Fatal(err)
	}
	set, err := (&Runner{Options: Options{Config: configs.Default()}}).models()
	if err != nil {
		t.Fatal(err)
	}
	for i := range set.list {
		m := set.table(&set.list[i])
		if err := w.CheckModel(t.Context(), m, set.params); err != nil {
			t.Error(err)
		}
		if _, err := w.EnsureModel(t.Context(), m, nil); err != nil {
			t.Error(err)
		}
	}
}
