package engine

import (
	"context"
	"time"
)

// running is a statement that KILL QUERY, a vanished client and a stopping server can end.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// register makes the statement known to KILL QUERY; an id that is already running is refused, as by a server.
func (f *front) register(id string, cancel context.CancelFunc) (done func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running[id] != nil {
		return nil, refuse(216, "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING", "Query with this id is already running")
	}
	entry := &running{cancel, make(chan struct{})}
	f.running[id] = entry
	return func() {
		f.mu.Lock()
		delete(f.running, id)
		f.mu.Unlock()
		close(entry.done)
	}, nil
}

// kill ends the statements that a KILL QUERY names by their clients' ids, and waits for them: the engine knows them under
// other ids, so that its own KILL would find none.
func (f *front) kill(ctx context.Context, ids []string) {
	for _, id := range ids {
		f.mu.Lock()
		entry := f.running[id]
		f.mu.Unlock()
		if entry == nil {
			continue
		}
		entry.cancel()
		select {
		case <-entry.done:
		case <-ctx.Done():
		}
	}
}

// killWhenDone calls wake and kills the marked statement once ctx ends. The caller must say when it is over.
func (f *front) killWhenDone(ctx context.Context, marker string, wake func()) (finished func()) {
	over, exited := make(chan struct{}), make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(exited)
		wake()
		f.killUntil(over, marker)
	})
	return func() {
		close(over)
		if !unhook() {
			<-exited
		}
	}
}

// killUntil repeats KILL QUERY until the statement is over: a single one can come before the engine lists it.
func (f *front) killUntil(over <-chan struct{}, marker string) {
	conn, err := dial(f.lib, f.args)
	if err != nil {
		f.log.Error().Err(err).Msg("engine: connect to kill a statement")
		return
	}
	defer conn.close()
	for {
		if err := conn.exec("KILL QUERY WHERE Settings['log_comment'] = " + quote(marker, '\'') + " ASYNC"); err != nil {
			f.log.Error().Err(err).Msg("engine: kill a statement")
		}
		select {
		case <-over:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}
