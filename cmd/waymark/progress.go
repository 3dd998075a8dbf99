package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress draws one changing line on a terminal. It is told of every chunk, so it only counts and draws at most ten
// times a second.
type progress struct {
	w io.Writer

	mu          sync.Mutex
	phase       string
	done, total int
	bytes, rows int64
	began, last time.Time
}

func (p *progress) Phase(name string, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase, p.done, p.total, p.bytes, p.rows = name, 0, total, 0, 0
	p.began, p.last = time.Now(), time.Time{}
	p.draw()
}

func (p *progress) Step(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	p.draw()
}

func (p *progress) Chunk(bytes, rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += bytes
	p.rows += rows
	p.draw()
}

func (p *progress) draw() {
	if time.Since(p.last) < 100*time.Millisecond && p.done < p.total {
		return
	}
	p.last = time.Now()
	unit := map[string]string{"discover": "sources", "transform": "objects", "publish": "partitions", "model": "models"}[p.phase]
	line := fmt.Sprintf("%s  %d/%d %s", p.phase, p.done, p.total, unit)
	if seconds := time.Since(p.began).Seconds(); p.rows > 0 && seconds > 0 {
		line += fmt.Sprintf("  %s rows/s  %s/s", count(int64(float64(p.rows)/seconds)), size(int64(float64(p.bytes)/seconds)))
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
}

// clear removes the line.
func (p *progress) clear() { fmt.Fprint(p.w, "\r\x1b[K") }
