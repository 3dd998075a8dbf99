//go:build linux

package chaos

import (
	"strings"
	"testing"
)

// together runs two and three programs at once over one lake.
func (w *world) together(t *testing.T) {
	kinds := []string{served, embedded}
	if !w.long {
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			l := w.newLane(t, kind)
			mixes := [][][]string{
				{{"run"}, {"run"}, {"run"}},
				{{"run"}, {"run"}},
				{{"run"}, {"verify"}, {"gc", "--delete"}},
				{{"run", "--shard", "0/3"}, {"run", "--shard", "1/3"}, {"run", "--shard", "2/3"}},
				{{"run"}, {"verify", "--repair"}},
				{{"run"}, {"status"}, {"plan"}},
			}
			starts := []string{touched, loaded}
			if !w.long {
				mixes, starts = mixes[:1], starts[:1]
			}
			for _, start := range starts {
				for _, verbs := range mixes {
					l.sub(t, slug(start+" "+mixName(verbs)), func() { l.atOnce(start, verbs) })
				}
			}
		})
	}
}

func mixName(verbs [][]string) string {
	var names []string
	for _, v := range verbs {
		names = append(names, strings.Join(v, " "))
	}
	return strings.Join(names, " + ")
}

func (l *lane) atOnce(start string, verbs [][]string) {
	l.t.Helper()
	l.reset(start)
	var all []*process
	for _, v := range verbs {
		all = append(all, l.start(v...))
	}
	var codes string
	for i, p := range all {
		o := p.wait(patience)
		l.check(p, o)
		if i > 0 {
			codes += ", "
		}
		codes += codeName(p, o)
	}
	l.recover([]entry{{class: "several at once", fault: mixName(verbs), where: "from the start", start: start, kind: l.kind, code: codes}})
}
