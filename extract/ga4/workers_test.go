package ga4

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"

	"waymark/extract"
)

// TestWorkers decodes with several workers, in both formats, and puts the chunks back in order: the same rows come out.
func TestWorkers(t *testing.T) {
	text := generate(2000)
	for name, data := range map[string][]byte{"json": text, "parquet": asParquet[fileEvent](t, text)} {
		opt := extract.Options{ChunkBytes: 100_000}
		want := newRowSink()
		if err := drain(t, textInput(data), opt, want); err != nil {
			t.Fatal(err)
		}
		if got := parallel(t, textInput(data), opt, 3); !slices.Equal(want.text, got) {
			t.Errorf("%s: %d rows with one worker, %d with three, or not the same", name, len(want.text), len(got))
		}
	}
}

func parallel(t *testing.T, in extract.Input, opt extract.Options, workers int) []string {
	t.Helper()
	ctx := context.Background()
	s, err := Events().Open(ctx, in, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	chunks := make(chan extract.Chunk)
	var mu sync.Mutex
	var wg sync.WaitGroup
	parts := map[int][]string{}
	for range workers {
		d := s.NewDecoder()
		wg.Go(func() {
			for c := range chunks {
				sink := newRowSink()
				if err := d.Decode(ctx, c, sink); err != nil {
					t.Error(err)
				}
				if c.Release != nil {
					c.Release()
				}
				mu.Lock()
				parts[c.Index] = sink.text
				mu.Unlock()
			}
		})
	}
	for {
		c, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
			break
		}
		chunks <- c
	}
	close(chunks)
	wg.Wait()
	var out []string
	for i := range len(parts) {
		out = append(out, parts[i]...)
	}
	return out
}
