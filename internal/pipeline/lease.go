package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
)

// leaseKey is the object whose conditional writes admit one publisher.
const leaseKey = "lease.json"

// ErrLeaseHeld means that another run is publishing.
var ErrLeaseHeld = errors.New("another run holds the lease")

// leaseTerm is how long a lease holds without renewal; it is renewed three times within a term.
const leaseTerm = 60 * time.Second

// Leases admits one publisher at a time. The lake's own is an object with conditional writes; a Kubernetes Lease fits
// behind the same interface.
type Leases interface {
	// Acquire takes the lease for holder, which names one run, or returns ErrLeaseHeld (kind Conflict) naming who holds it and until when.
	Acquire(ctx context.Context, holder string) (Lease, error)
	// State reads the lease without taking it.
	State(ctx context.Context) (LeaseState, error)
}

// Lease is held from Acquire to Release and renews itself in between.
type Lease interface {
	// Epoch grows with every holder. It is part of every staging name, so that what an older holder left behind can be
	// told apart.
	Epoch() int64
	// Current is nil while the holder has reason to believe that nobody else can have taken the lease: by the clock, without
	// asking. It is called before every statement that changes what readers see.
	Current() error
	// Check asks: a Conflict when another holder has it. It is called before every journal entry.
	Check(ctx context.Context) error
	// Release gives the lease up; the next holder may start at once. It may be called after a failure.
	Release(ctx context.Context) error
}

// objectLeases keeps the lease in the lake.
type objectLeases struct {
	objects lake.Objects
	now     clock
}

func (l objectLeases) Acquire(ctx context.Context, holder string) (Lease, error) {
	return AcquireLease(ctx, l.objects, holder, l.now)
}

func (l objectLeases) State(ctx context.Context) (LeaseState, error) {
	doc, _, err := readLease(ctx, l.objects)
	if err != nil {
		return LeaseState{}, fmt.Errorf("read lease: %w", err)
	}
	return LeaseState{Epoch: doc.Epoch, Holder: doc.Holder, Until: doc.Until}, nil
}

// objectLease is a held lease of objectLeases.
type objectLease struct {
	epoch   int64
	objects lake.Objects
	now     clock
	holder  string
	stop    context.CancelFunc
	done    chan struct{}

	mu    sync.Mutex
	etag  string
	until time.Time // by the last write that succeeded
	lost  error
}

type leaseDocument struct {
	Epoch  int64  `json:"epoch"`
	Format int    `json:"format"`
	Holder string `json:"holder"`
	// Process is the holder as its machine knows it: a run that crashed there need not be waited for there.
	Process string    `json:"process,omitempty"`
	Until   time.Time `json:"until"`
}

// AcquireLease takes the lease or returns a Conflict naming its holder and until when; a lease whose holder ended on this
// machine without giving it up is taken at once, and so is the holder's own, of whose taking it did not hear: nobody has published under
// its epoch, as a holder is one run and takes the lease once. The lease renews itself until Release; Check tells whether it still holds.
func AcquireLease(ctx context.Context, objects lake.Objects, holder string, now func() time.Time) (Lease, error) {
	doc, etag, err := readLease(ctx, objects)
	if err != nil {
		return nil, fmt.Errorf("read lease: %w", err)
	}
	if doc.Until.After(now()) && doc.Holder != holder && !processGone(doc.Process) {
		return nil, &fault.Error{Kind: fault.Conflict, Err: fmt.Errorf("%w: %s until %s", ErrLeaseHeld, doc.Holder, doc.Until.UTC().Format(time.RFC3339)),
			Hint: "wait for it to end; after a crash the lease runs out by itself"}
	}
	epoch := doc.Epoch + 1
	if doc.Holder == holder && doc.Until.After(released()) {
		epoch = doc.Epoch
	}
	l := &objectLease{epoch: epoch, objects: objects, now: now, holder: holder, etag: etag, done: make(chan struct{})}
	if err := l.write(ctx, now().Add(leaseTerm)); err != nil {
		if fault.Is(err, fault.Conflict) {
			return nil, l.takenJustNow(ctx, err)
		}
		return nil, fmt.Errorf("take lease: %w", err)
	}
	renewing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = cancel
	go l.renew(renewing)
	return l, nil
}

func readLease(ctx context.Context, objects lake.Objects) (leaseDocument, string, error) {
	body, info, err := objects.Get(ctx, leaseKey)
	if fault.Is(err, fault.NotFound) {
		return leaseDocument{}, "", nil
	}
	if err != nil {
		return leaseDocument{}, "", err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1<<16))
	if err != nil {
		return leaseDocument{}, "", err
	}
	var doc leaseDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		return leaseDocument{}, "", fault.New(fault.Invalid, "%s is not a lease: %w", leaseKey, err)
	}
	return doc, info.ETag, nil
}

// takenJustNow is the error for a race that another holder won.
func (l *objectLease) takenJustNow(ctx context.Context, err error) error {
	who := err
	if doc, _, err := readLease(ctx, l.objects); err == nil {
		who = fmt.Errorf("%s until %s", doc.Holder, doc.Until.UTC().Format(time.RFC3339))
	}
	return &fault.Error{Kind: fault.Conflict, Err: fmt.Errorf("%w, taken just now: %w", ErrLeaseHeld, who), Hint: "wait for it to end"}
}

// write stores the lease on condition that nobody else has written since; l.mu must not be held. A write of this holder's own of which it
// did not hear is nobody else's: the same one needs no other, an earlier one (a renewal that was cancelled, or whose answer was lost)
// is written over.
func (l *objectLease) write(ctx context.Context, until time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := leaseDocument{Format: 1, Epoch: l.epoch, Holder: l.holder, Process: thisProcess(), Until: until.UTC()}
	text, err := json.Marshal(mine)
	if err != nil {
		return err
	}
	const tries = 3
	for try := 1; ; try++ {
		info, err := l.objects.Put(ctx, leaseKey, bytes.NewReader(text), int64(len(text)), object.Condition{IfAbsent: l.etag == "", IfMatch: l.etag})
		if err == nil {
			l.etag, l.until = info.ETag, until
			return nil
		}
		if !fault.Is(err, fault.Conflict) || try == tries {
			return err
		}
		held, found, readErr := readLease(ctx, l.objects)
		if readErr != nil || held.Epoch != mine.Epoch || held.Holder != mine.Holder {
			return err
		}
		l.etag = found
		if held.Until.Equal(mine.Until) {
			l.until = until
			return nil
		}
	}
}

// Epoch returns the holder's number.
func (l *objectLease) Epoch() int64 { return l.epoch }

// Current reports whether the lease was lost or has run out unrenewed, as for a process that was suspended.
func (l *objectLease) Current() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return fault.New(fault.Conflict, "%w", l.lost)
	}
	if now := l.now(); !l.until.After(now) {
		return fault.New(fault.Conflict, "lease ran out at %s, it is %s: this process was suspended or could not renew it",
			l.until.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return nil
}

func (l *objectLease) renew(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(leaseTerm / 3)
	defer tick.Stop()
	good := l.now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := l.write(ctx, l.now().Add(leaseTerm))
		if err == nil {
			good = l.now()
		} else if fault.Is(err, fault.Conflict) || l.now().Sub(good) > leaseTerm {
			l.mu.Lock()
			l.lost = fmt.Errorf("lease was lost: %w", err)
			l.mu.Unlock()
			return
		}
	}
}

// Check reads the lease back.
func (l *objectLease) Check(ctx context.Context) error {
	if err := l.Current(); err != nil {
		return err
	}
	doc, _, err := readLease(ctx, l.objects)
	if err != nil {
		return fmt.Errorf("read lease: %w", err)
	}
	if doc.Epoch != l.epoch || doc.Holder != l.holder {
		return fault.New(fault.Conflict, "lease was taken by %s (epoch %d)", doc.Holder, doc.Epoch)
	}
	return nil
}

// released is the end that Release writes.
func released() time.Time { return time.Unix(0, 0) }

// Release writes an end that is past.
func (l *objectLease) Release(ctx context.Context) error {
	l.stop()
	<-l.done
	if err := l.write(ctx, released()); err != nil && !fault.Is(err, fault.Conflict) {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}
