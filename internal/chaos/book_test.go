//go:build linux

package chaos

import (
	"sync"
	"testing"
	"time"
)

// book keeps what was tried.
type book struct {
	mu   sync.Mutex
	rows []entry
}

// entry is one fault that was tried and survived.
type entry struct {
	class, fault, where, start, kind string
	recovery                         time.Duration
	code                             string // how the faulty run ended
}

func newBook() *book { return &book{} }

func (b *book) add(e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = append(b.rows, e)
}

func (b *book) summary() string { return "" }

func (b *book) publish(t *testing.T, w *world) {}
