package lake_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/object"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

func TestScheduleIsSharedByCompareAndSwap(t *testing.T) {
	l := lake.Open(&laketest.Memory{})
	at := time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)
	s, err := l.UpdateSchedule(t.Context(), func(*lake.Schedule) (bool, error) { return false, nil })
	if err != nil || len(s.Sources) != 0 {
		t.Fatalf("of a new lake: %+v, %v", s, err)
	}
	var group sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		group.Go(func() {
			me := fmt.Sprint(i)
			_, err := l.UpdateSchedule(t.Context(), func(s *lake.Schedule) (bool, error) {
				won[i] = s.Sources["web"].Claim == nil
				if won[i] {
					s.Sources["web"] = lake.ScheduleSource{Claim: &lake.ScheduleClaim{Holder: me, Window: at, Until: at.Add(time.Minute)}}
				}
				return won[i], nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	winners := 0
	for _, w := range won {
		if w {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d claimed the window, want 1", winners)
	}
	if _, err := l.UpdateSchedule(t.Context(), func(*lake.Schedule) (bool, error) { return true, errors.New("no") }); err == nil {
		t.Error("the error of change was lost")
	}
}

func TestSettle(t *testing.T) {
	var s lake.ScheduleSource
	at := time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)
	for i := range 5 {
		s.Settle(lake.ScheduleWindow{Window: at.Add(time.Duration(i) * time.Hour), At: at.Add(time.Duration(i) * time.Hour), Outcome: lake.WindowDone}, 3)
	}
	s.Settle(lake.ScheduleWindow{Window: at.Add(4 * time.Hour), At: at.Add(9 * time.Hour), Outcome: lake.WindowFailed}, 3)
	if len(s.Done) != 3 || s.Done[2].Outcome != lake.WindowFailed || !s.LastSuccess.Equal(at.Add(4*time.Hour)) {
		t.Errorf("got %+v", s)
	}
}

func TestScheduleOfANewerVersion(t *testing.T) {
	o := &laketest.Memory{}
	text := `{"format":2}`
	if _, err := o.Put(t.Context(), "schedule/state.json", strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := lake.Open(o).ReadSchedule(t.Context()); !errors.Is(err, lake.ErrNewer) {
		t.Errorf("got %v", err)
	}
}
