package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

// deaf loses the answers to some writes: they are carried out, and the client's own second attempt finds its first.
type deaf struct {
	store.Store
	lost int
	// unheard are writes that are carried out and whose answer never comes.
	unheard int
	race    string // written before the next write by somebody else
}

func (d *deaf) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	if d.race != "" {
		text := d.race
		d.race = ""
		if _, err := d.Store.Put(ctx, key, strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
			return object.Info{}, err
		}
	}
	info, err := d.Store.Put(ctx, key, body, size, cond)
	if err == nil && d.lost > 0 {
		d.lost--
		return object.Info{}, fault.New(fault.Conflict, "it is there already")
	}
	if err == nil && d.unheard > 0 {
		d.unheard--
		return object.Info{}, fault.New(fault.Transient, "no answer")
	}
	return info, err
}

func deafTo(t *testing.T, lost int) *deaf {
	t.Helper()
	root, err := store.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return &deaf{Store: root, lost: lost}
}

// A holder whose write was carried out has the lease, whatever became of the answer.
func TestLeaseOfALostAnswer(t *testing.T) {
	d := deafTo(t, 1)
	l, err := AcquireLease(t.Context(), d, "me", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	d.lost = 1
	if err := l.(*objectLease).write(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Errorf("renewed: %v", err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	// A second try to take it by the same run is no other holder.
	again, err := AcquireLease(t.Context(), d, "me", time.Now)
	if err != nil || again.Epoch() != l.Epoch() {
		t.Errorf("again: %v", err)
	}
	l.(*objectLease).stop()
	d.lost = 1
	if err := again.Release(t.Context()); err != nil {
		t.Error(err)
	}
	next, err := AcquireLease(t.Context(), d, "next", time.Now)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := next.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

// A holder that did not hear of its own write finds it in its way later, and holds the lease all the same.
func TestLeaseOfAnUnheardAnswer(t *testing.T) {
	d := deafTo(t, 0)
	d.unheard = 1
	if _, err := AcquireLease(t.Context(), d, "me", time.Now); !fault.Is(err, fault.Transient) {
		t.Fatal(err)
	}
	l, err := AcquireLease(t.Context(), d, "me", time.Now)
	if err != nil || l.Epoch() != 1 {
		t.Fatalf("taken again: %v, as if another had held it", err)
	}
	renew := func() error { return l.(*objectLease).write(t.Context(), time.Now().Add(time.Hour)) }
	d.unheard = 1
	if err := renew(); !fault.Is(err, fault.Transient) {
		t.Fatal(err)
	}
	if err := errors.Join(renew(), l.Check(t.Context())); err != nil {
		t.Errorf("renewed again: %v", err)
	}
	d.unheard = 1
	if err := renew(); !fault.Is(err, fault.Transient) {
		t.Fatal(err)
	}
	if err := l.Release(t.Context()); err != nil {
		t.Error(err)
	}
	next, err := AcquireLease(t.Context(), d, "next", time.Now)
	if err != nil || next.Epoch() != 2 {
		t.Fatalf("after the release: %v", err)
	}
	// What another holder took is lost.
	d.race = `{"epoch":4,"format":1,"holder":"next","until":"2099-01-02T03:04:05Z"}`
	if err := next.(*objectLease).write(t.Context(), time.Now().Add(time.Hour)); !fault.Is(err, fault.Conflict) {
		t.Errorf("renewed what is another's: %v", err)
	}
	if err := next.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

// Who loses the race for the lease is told to whom and until when.
func TestLeaseRaceNamesTheHolder(t *testing.T) {
	d := deafTo(t, 0)
	d.race = `{"epoch":4,"format":1,"holder":"pod-7/run","until":"2099-01-02T03:04:05Z"}`
	_, err := AcquireLease(t.Context(), d, "me", time.Now)
	if !errors.Is(err, ErrLeaseHeld) || !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "pod-7/run until 2099-01-02T03:04:05Z") {
		t.Errorf("error %v", err)
	}
	if body, _, err := d.Get(t.Context(), leaseKey); err != nil {
		t.Error(err)
	} else if text, _ := io.ReadAll(body); !bytes.Contains(text, []byte("pod-7")) {
		t.Errorf("the winner's lease became %s", text)
	}
}
