package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/load/lake"
)

// Reason says why an object is to be transformed.
type Reason string

// The reasons.
const (
	NewObject     Reason = "new"
	ChangedObject Reason = "changed"         // same key, other content
	Redelivered   Reason = "delivered again" // the same object again, later: an earlier version is the newest one again, or the rows depend on its time
	NewRules      Reason = "new rules"       // other code or configuration than its manifest says
	Unchanged     Reason = "unchanged"       // nothing to do
	Superseded    Reason = "superseded"      // another object of the listing replaces it
	Quarantined   Reason = "quarantined"     // set aside before, and unchanged since
	OtherShard    Reason = "other shard"     // another shard's to transform
	TooOld        Reason = "too old"         // its time is before what the run asks for
	Gone          Reason = "gone"            // not in the listing any more: its rows are removed (prune)
	Retried       Reason = "retried"         // read again because it has rejects or was quarantined (replay)
	Backfilled    Reason = "backfilled"      // read again because of its days (backfill)
	Repaired      Reason = "repaired"        // read again because its files are damaged (verify --repair)
)

// Item is one object of a listing with what is to be done about it.
type Item struct {
	Source   *Source
	Info     object.Info
	URI      string
	Reason   Reason
	Manifest *lake.Manifest // the manifest of this very object, when there is one
}

// Work reports whether the object is to be transformed.
func (i Item) Work() bool {
	switch i.Reason {
	case NewObject, ChangedObject, Redelivered, NewRules, Retried, Backfilled, Repaired:
		return true
	}
	return false
}

// discovery is what one source's listing and manifests say.
type discovery struct {
	source    *Source
	store     store.Store
	items     []Item          // of the listing, in natural key order
	manifests []lake.Manifest // every manifest of the source
	corrupt   []string        // keys of manifests that cannot be read
	unpacked  int             // manifests that had to be read one by one
	gone      []lake.Manifest // with Prune: of objects that left the listing
}

// discover lists the source in full and holds the listing against its manifests.
func (r *Runner) discover(ctx context.Context, s *Source) (*discovery, error) {
	st, err := r.openStore(ctx, s.Location)
	if err != nil {
		return nil, inSource(s, err)
	}
	d := &discovery{source: s, store: st}
	if err := d.read(ctx, r); err != nil {
		return nil, err
	}
	byIdentity := make(map[string]*lake.Manifest, len(d.manifests))
	newest := make(map[string]*lake.Manifest, len(d.manifests)) // by URI, as where nothing is listed
	for i := range d.manifests {
		m := &d.manifests[i]
		byIdentity[m.Object.Identity()] = m
		keepLater(newest, m)
	}
	for i := range d.items {
		it := &d.items[i]
		it.Manifest = byIdentity[lake.Ref(it.URI, it.Info).Identity()]
		if m := it.Manifest; m != nil {
			share(&it.URI, m.Object.URI)
			share(&it.Info.Key, m.Object.Key)
			share(&it.Info.ETag, m.Object.ETag)
		}
	}
	if len(d.items) == 0 && !s.Location.Glob() && newest[st.URI(s.Location.Pattern)] == nil {
		return nil, inSource(s, fault.New(fault.NotFound, "no object at %s", s.Config.Location))
	}
	if err := d.recognize(ctx, byIdentity, newest); err != nil {
		return nil, inSource(s, err)
	}
	slices.SortFunc(d.items, func(a, b Item) int { return naturalCompare(a.Info.Key, b.Info.Key) })
	d.judge(newest)
	r.Scope.narrow(d.items)
	if r.Scope.Prune {
		d.leave()
	}
	return d, nil
}

// share frees a copy of a text that is kept elsewhere anyway: with a hundred thousand objects these are many.
func share(text *string, kept string) {
	if *text == kept {
		*text = kept
	}
}

// read lists the objects and reads the manifests, which takes a request for every thousand of each, at the same time. Only for a prune
// the manifests come first: what is committed after the listing is not gone.
func (d *discovery) read(ctx context.Context, r *Runner) error {
	var (
		both            errgroup.Group
		set             lake.ManifestSet
		readErr, listed error
	)
	if r.Scope.Prune {
		both.SetLimit(1)
	}
	both.Go(func() error { set, readErr = r.Lake.ReadManifests(ctx, d.source.Config.Name); return nil })
	both.Go(func() error { listed = d.list(ctx); return nil })
	_ = both.Wait()
	d.manifests, d.unpacked = set.Good, set.Unpacked
	switch {
	case readErr != nil:
		return inSource(d.source, readErr)
	case len(set.Corrupt) > 0:
		return corruptManifests(d.source, set.Corrupt)
	case listed != nil:
		return inSource(d.source, listed)
	}
	return nil
}

// list makes an item of every object at the source's location.
func (d *discovery) list(ctx context.Context) error {
	at := d.source.Location
	err := d.store.List(ctx, at.Prefix, func(info object.Info) error {
		if at.Match(info.Key) {
			d.items = append(d.items, Item{Source: d.source, Info: info, URI: d.store.URI(info.Key), Reason: Unchanged})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list %s: %w", d.source.Config.Location, err)
	}
	return nil
}

// recognize finds out the ETags that the listing left open, where an earlier version of the object was read: of what is new
// they come from reading it.
func (d *discovery) recognize(ctx context.Context, byIdentity, newest map[string]*lake.Manifest) error {
	for i := range d.items {
		it := &d.items[i]
		if it.Info.ETag != "" || newest[it.URI] == nil {
			continue
		}
		info, err := d.store.Stat(ctx, it.Info.Key)
		switch {
		case fault.Is(err, fault.NotFound):
			it.Info.Key = "" // it left after the listing
		case err != nil:
			return err
		default:
			it.Info, it.Manifest = info, byIdentity[lake.Ref(it.URI, info).Identity()]
		}
	}
	d.items = slices.DeleteFunc(d.items, func(it Item) bool { return it.Info.Key == "" })
	return nil
}

// keepLater keeps the manifest of the later version of an object.
func keepLater(in map[string]*lake.Manifest, m *lake.Manifest) {
	old := in[m.Object.URI]
	if old == nil || cmp.Or(cmp.Compare(m.Object.Modified, old.Object.Modified), cmp.Compare(m.Object.Identity(), old.Object.Identity())) > 0 {
		in[m.Object.URI] = m
	}
}

// judge gives each item its reason; newest are the newest manifests by URI.
func (d *discovery) judge(newest map[string]*lake.Manifest) {
	replaced := d.source.superseded(func(yield func(string) bool) {
		for i := range d.items {
			if !yield(d.items[i].Info.Key) {
				return
			}
		}
	})
	for i := range d.items {
		it := &d.items[i]
		m := it.Manifest
		switch {
		case replaced[it.Info.Key]:
			it.Reason = Superseded
		case m == nil && newest[it.URI] != nil:
			it.Reason = ChangedObject
		case m == nil:
			it.Reason = NewObject
		case m.Fingerprint != d.source.Fingerprint:
			it.Reason = NewRules
		case (newest[it.URI] != m || d.source.Export.Timed) && m.Object.Modified != lake.Ref(it.URI, it.Info).Modified:
			// A correction was taken back: where nothing is listed the time tells an object's newest version, so this one's
			// manifest needs its new time. Or the rows need it.
			it.Reason = Redelivered
		case m.Status == lake.Quarantined:
			it.Reason = Quarantined
		}
	}
}

// superseded names the keys that another one of keys replaces.
func (s *Source) superseded(keys iter.Seq[string]) map[string]bool {
	out := map[string]bool{}
	if s.Export.Supersedes != nil {
		for key, by := range s.Export.Supersedes(slices.Sorted(keys)) {
			out[key] = by != ""
		}
	}
	return out
}

// versions returns, by URI, the newest manifest of each object and its newest usable one: the listing decides what is
// newest where there is one, else the objects' times.
func (d *discovery) versions(committed map[string]*lake.Manifest) (newest, usable map[string]*lake.Manifest) {
	newest, usable = map[string]*lake.Manifest{}, map[string]*lake.Manifest{}
	for i := range d.manifests {
		m := &d.manifests[i]
		keepLater(newest, m)
		if m.Status == lake.Committed {
			keepLater(usable, m)
		}
	}
	for _, it := range d.items {
		m := committed[it.identity()]
		if m == nil {
			m = it.Manifest
		}
		if m == nil {
			continue
		}
		newest[it.URI] = m
		if m.Status == lake.Committed {
			usable[it.URI] = m
		}
	}
	return newest, usable
}

// current returns the manifests whose files make up the warehouse: the usable manifest of each object's newest
// version, for a full source only of its newest object. An object that is gone from the listing keeps its rows, and so
// does one whose newest version is quarantined: that one adds the reject that says so.
func (d *discovery) current(committed map[string]*lake.Manifest) []*lake.Manifest {
	newest, usable := d.versions(committed)
	replaced := d.source.superseded(func(yield func(string) bool) {
		for _, m := range usable {
			if !yield(m.Object.Key) {
				return
			}
		}
	})
	var out []*lake.Manifest
	take := func(m *lake.Manifest) {
		if m != nil && !replaced[m.Object.Key] {
			out = append(out, m)
		}
	}
	for i := range d.items { // in the order that is wanted, so that little is left to be sorted
		take(usable[d.items[i].URI])
		delete(usable, d.items[i].URI)
	}
	for _, m := range usable {
		take(m)
	}
	slices.SortFunc(out, byURI)
	if d.source.Full && len(out) > 1 {
		out = out[len(out)-1:]
	}
	return append(out, aside(newest)...)
}

// aside returns the quarantined among the newest manifests.
func aside(newest map[string]*lake.Manifest) []*lake.Manifest {
	var out []*lake.Manifest
	for _, m := range newest {
		if m.Status == lake.Quarantined {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, byURI)
	return out
}

func byURI(a, b *lake.Manifest) int { return naturalCompare(a.Object.URI, b.Object.URI) }

func inSource(s *Source, err error) error {
	return &fault.Error{Kind: fault.KindOf(err), Source: s.Config.Name, Err: err, Hint: fault.HintOf(err)}
}

// naturalCompare orders keys with runs of digits as numbers, so that part-9 comes before part-10.
func naturalCompare(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			x, y := digits(a[i:]), digits(b[j:])
			i, j = i+len(x), j+len(y)
			x, y = trimZeros(x), trimZeros(y)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if a[i] != b[j] {
			return cmp.Compare(a[i], b[j])
		}
		i, j = i+1, j+1
	}
	return cmp.Or(cmp.Compare(len(a)-i, len(b)-j), cmp.Compare(a, b))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digits(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

func trimZeros(s string) string {
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	return s
}
