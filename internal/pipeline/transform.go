package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"waymark/extract"
	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/load/lake"
	"waymark/schemas"
	"waymark/transform"
)

// minRejects is the number of rejected records below which an object is not quarantined for its reject rate: one bad
// line of three is a bad line, not a bad file.
const minRejects = 10

// transformer turns one object after another into Parquet and a manifest. Memory is bounded by slots: each chunk in
// flight holds one, from before it is read until it is encoded, however many objects are open. Encoded, a fraction of what was read, it waits for
// those of its object before it.
type transformer struct {
	*Runner
	slots    chan struct{}
	large    chan struct{} // one for each large object that is being read
	encoders sync.Pool     // *lake.Encoder: each costs more than a small object
	finish   finishers
	buffers  *extract.Buffers
}

func (r *Runner) newTransformer() *transformer {
	chunk := cmp.Or(r.Config.Resources.ChunkMiB<<20, extract.DefaultChunkBytes)
	return &transformer{Runner: r, buffers: extract.NewBuffers(chunk, 2*r.workers()+1), slots: make(chan struct{}, r.workers()), large: make(chan struct{}, r.workers()),
		finish: finishers{limit: r.workers()}, encoders: sync.Pool{New: func() any { return lake.NewEncoder() }}}
}

// A large object, one of more stored bytes than largeObject, has chunks waiting and workers of its own: no more of them
// are read at once than there are workers, which is enough to keep every worker busy.
const largeObject = 2 << 20

// object transforms one object and commits its manifest. An object that breaks its contract gets a manifest of status
// quarantined; an error means that nothing was committed.
func (t *transformer) object(ctx context.Context, st store.Store, it Item) (*lake.Manifest, error) {
	job := t.newJob(it)
	defer job.close()
	news, err := job.decode(ctx, st)
	var bad *extract.Quarantine
	if err != nil && !errors.As(err, &bad) {
		return nil, inObject(it, err)
	}
	if err := job.identify(ctx, st); err != nil {
		return nil, inObject(it, err)
	}
	if bad == nil {
		bad = job.tooManyRejects()
	}
	m := job.manifest(news)
	if bad != nil {
		m.Status, m.Reason, m.Field, m.Line, m.Message = lake.Quarantined, string(bad.Reason), bad.Field, bad.Line, bad.Message
		m.Rows = 0
		if err := job.rejectObject(bad); err != nil {
			return nil, inObject(it, err)
		}
	} else if m.Outputs, err = job.rows.Finish(ctx, renewing{t.LakeObjects, t.Now}); err != nil {
		return nil, inObject(it, fmt.Errorf("write to the lake: %w", err))
	}
	rejects, err := job.rejects.Finish(ctx, renewing{t.LakeObjects, t.Now})
	if err != nil {
		return nil, inObject(it, fmt.Errorf("write rejects to the lake: %w", err))
	}
	m.Outputs = append(m.Outputs, rejects...)
	if err := t.commit(ctx, it, m); err != nil {
		return nil, inObject(it, fmt.Errorf("commit manifest: %w", err))
	}
	return m, nil
}

// spoolMemory is what a spool keeps in memory before it uses a temporary file.
const spoolMemory = 4 << 20

func (t *transformer) commit(ctx context.Context, it Item, m *lake.Manifest) error {
	if it.Manifest != nil {
		m.ETag, m.Stored = it.Manifest.ETag, it.Manifest.Stored
		return t.Lake.ReplaceManifest(ctx, m)
	}
	return t.Lake.WriteManifest(ctx, m)
}

// job is the decoding of one object. Rejects have a spool of their own: they are kept when the object is quarantined.
type job struct {
	*transformer
	item          Item
	rows, rejects *lake.Spool
	counts        transform.Counts

	mu    sync.Mutex
	spare []extract.Decoder
}

func (t *transformer) newJob(it Item) *job {
	temp := t.Config.Resources.Temp
	return &job{transformer: t, item: it, rows: lake.NewSpool(temp, spoolMemory), rejects: lake.NewSpool(temp, spoolMemory)}
}

func (j *job) close() {
	_ = j.rows.Close() // what they wrote is a temporary file
	_ = j.rejects.Close()
}

// identify completes what the listing left open of the object that was read.
func (j *job) identify(ctx context.Context, st store.Store) error {
	listed := &j.item.Info
	if listed.ETag != "" {
		return nil
	}
	info, err := st.Stat(ctx, listed.Key)
	if err == nil && (info.Size != listed.Size || !info.Modified.Equal(listed.Modified)) {
		err = fault.New(fault.Conflict, "it changed while it was being read")
	}
	*listed = info
	return err
}

// add keeps the row groups of one chunk.
func (j *job) add(groups []lake.RowGroup) error {
	rejects := slices.IndexFunc(groups, func(g lake.RowGroup) bool { return g.Table == schemas.RejectTable })
	if rejects < 0 {
		return j.rows.Add(groups)
	}
	// The reject table is the last one of schemas.Tables, and so of a chunk's batches.
	return errors.Join(j.rows.Add(groups[:rejects]), j.rejects.Add(groups[rejects:]))
}

// encoded is a decoded and encoded chunk, or why there is none.
type encoded struct {
	groups []lake.RowGroup
	counts transform.Counts
	bytes  int64
	err    error
}

// decode runs the object's chunks through the workers and adds their row groups to the spool in the order of the
// chunks, so that the result does not depend on the number of workers. While it writes its files, the next large object has its turn.
func (j *job) decode(ctx context.Context, st store.Store) (extract.News, error) {
	if j.item.Info.Size > largeObject {
		j.large <- struct{}{}
		defer func() { <-j.large }()
	}
	opt := j.item.Source.Options(j.Config)
	opt.Buffers = j.buffers
	stream, err := j.item.Source.Export.Open(ctx, j.input(st), opt)
	if err != nil {
		return extract.News{}, err
	}
	defer func() { _ = stream.Close() }() // it was only read
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chan encoded, 4*cap(j.slots)) // in the order of the chunks; small ones at the ends of an object wait for larger ones before them
	go j.feed(ctx, stream, queue)
	var failed error
	for future := range queue {
		e := <-future
		if failed != nil {
			continue
		}
		if e.err == nil {
			e.err = j.add(e.groups)
		}
		if e.err != nil {
			failed = e.err
			cancel()
			continue
		}
		j.counts.Records += e.counts.Records
		j.counts.Rows += e.counts.Rows
		j.counts.Rejects += e.counts.Rejects
		j.Progress.Chunk(e.bytes, e.counts.Rows)
	}
	if failed != nil {
		return extract.News{}, failed
	}
	return stream.News(), nil
}

// feed reads chunks and starts a worker for each; it closes queue at the end of the stream.
func (j *job) feed(ctx context.Context, stream extract.Stream, queue chan<- chan encoded) {
	defer close(queue)
	var running sync.WaitGroup
	defer running.Wait()
	for {
		future := make(chan encoded, 1)
		select {
		case j.slots <- struct{}{}:
		case <-ctx.Done():
			future <- encoded{err: ctx.Err()}
			queue <- future
			return
		}
		chunk, err := stream.Next(ctx)
		if err != nil {
			<-j.slots
			if !errors.Is(err, io.EOF) {
				future <- encoded{err: err}
				queue <- future
			}
			return
		}
		queue <- future
		running.Go(func() {
			defer func() { <-j.slots }()
			future <- j.chunk(ctx, stream, chunk)
		})
	}
}

// chunk decodes and encodes one chunk. A panic is a defect of a decoder; it costs the object, not the process.
func (j *job) chunk(ctx context.Context, stream extract.Stream, c extract.Chunk) (out encoded) {
	decoder, finisher := j.take(stream), j.finish.take(j.settings())
	defer func() {
		if p := recover(); p != nil {
			out = encoded{err: fault.New(fault.Internal, "decoder panicked in chunk %d (line %d on): %v", c.Index, c.Line, p)}
		}
		if out.err != nil {
			j.finish.drop()
		}
	}()
	if c.Release != nil {
		defer c.Release()
	}
	if err := decoder.Decode(ctx, c, finisher); err != nil {
		return encoded{err: err}
	}
	out.counts, out.bytes = finisher.Counts(), int64(len(c.Data))
	if out.groups, out.err = j.encode(finisher.Batches()); out.err != nil {
		return out
	}
	j.finish.give(j.item.Source.Config.Name, finisher)
	j.give(decoder)
	return out
}

func (t *transformer) encode(batches []*schemas.Batch) ([]lake.RowGroup, error) {
	encoder := t.encoders.Get().(*lake.Encoder)
	defer t.encoders.Put(encoder)
	var out []lake.RowGroup
	for _, b := range batches {
		groups, err := encoder.Encode(b)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", b.Table.Name, err)
		}
		out = append(out, groups...)
	}
	return out, nil
}

func (j *job) take(stream extract.Stream) extract.Decoder {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := len(j.spare); n > 0 {
		d := j.spare[n-1]
		j.spare = j.spare[:n-1]
		return d
	}
	return stream.NewDecoder()
}

func (j *job) give(d extract.Decoder) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spare = append(j.spare, d)
}

func (j *job) settings() transform.Settings {
	s := j.item.Source
	return transform.Settings{Source: s.Config.Name, System: s.Export.System, Export: s.Export.Name, Object: j.item.URI,
		Modified: j.item.Info.Modified.UnixMicro(), Key: []byte(j.Config.Privacy.Key), Location: j.Config.Location(), Rules: j.rules,
		Currency: s.Config.Currency, Country: s.Config.Country}
}

// input adapts the stored object to what extract reads.
func (j *job) input(st store.Store) extract.Input {
	info := j.item.Info
	return extract.Input{Name: j.item.URI, Size: info.Size, Modified: info.Modified.UnixMicro(),
		Open: func(ctx context.Context) (io.ReadCloser, error) { return st.Open(ctx, info) },
		ReadAt: func(ctx context.Context, p []byte, off int64) (int, error) {
			return st.ReadAt(ctx, info, p, off)
		}}
}

// tooManyRejects says when the object as a whole is at fault: one of which nothing can be used has lost a column.
func (j *job) tooManyRejects() *extract.Quarantine {
	c, limit := j.counts, j.item.Source.Config.RejectLimit
	message := ""
	switch {
	case c.Records > 0 && c.Rows == 0 && c.Rejects >= c.Records:
		message = fmt.Sprintf("none of %d records can be used", c.Records)
	case c.Rejects >= minRejects && float64(c.Rejects) > limit*float64(c.Records):
		message = fmt.Sprintf("%d of %d records were rejected, the limit is %g %%", c.Rejects, c.Records, 100*limit)
	default:
		return nil
	}
	return &extract.Quarantine{Reason: schemas.TooManyRejects, Message: message}
}

func (j *job) manifest(news extract.News) *lake.Manifest {
	s := j.item.Source
	return &lake.Manifest{Source: s.Config.Name, System: s.Export.System, Export: s.Export.Name,
		Object: lake.Ref(j.item.URI, j.item.Info), Fingerprint: s.Fingerprint, Status: lake.Committed,
		Records: j.counts.Records, Rows: j.counts.Rows, Rejects: j.counts.Rejects,
		NewColumns: tellable(news.Columns), NewValues: tellable(news.Values)}
}

// rejectObject adds the one reject row that stands for a quarantined object.
func (j *job) rejectObject(q *extract.Quarantine) error {
	f := transform.New(j.settings())
	if err := f.Reject(schemas.Reject{Line: q.Line, Reason: q.Reason, Field: q.Field, Message: "object quarantined: " + q.Message}); err != nil {
		return err
	}
	groups, err := j.encode(f.Batches())
	if err != nil {
		return err
	}
	return j.rejects.Add(groups)
}

func inObject(it Item, err error) error {
	return &fault.Error{Kind: fault.KindOf(err), Source: it.Source.Config.Name, Object: it.URI, Err: err, Hint: fault.HintOf(err)}
}
