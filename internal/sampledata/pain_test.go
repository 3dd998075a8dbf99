package sampledata

import (
	"strings"
	"testing"
)

// counted are the lines of every export, with how often each stands there.
func (m made) counted() map[string]int {
	out := map[string]int{}
	for name, text := range m.files {
		for line := range strings.Lines(string(text)) {
			if name != TruthFile {
				out[name+" "+line]++
			}
		}
	}
	return out
}

// Planted moments add lines and change none; those who are hurt have no other history.
func TestPlantedMomentsChangeNothingElse(t *testing.T) {
	opt := Options{Seed: 7, Scale: 0.05, Malformed: 3}
	made := mustGenerate(t, opt)
	planted, truth := made.counted(), made.truth
	opt.Calm = true
	made = mustGenerate(t, opt)
	calm, without := made.counted(), made.truth
	for line, n := range calm {
		if planted[line] != n {
			t.Fatalf("changed: %.200s", line)
		}
	}
	more := 0
	for line, n := range planted {
		if calm[line] == n {
			continue
		}
		more += n - calm[line]
		if !strings.HasPrefix(line, "ga4/") && !strings.HasPrefix(line, "survey/responses.csv") {
			t.Errorf("added: %.200s", line)
		}
	}
	if len(truth.Moments) != 2 || len(without.Moments) != 0 || more == 0 {
		t.Fatalf("moments %v, without %v, %d lines more", truth.Moments, without.Moments, more)
	}
	for _, m := range truth.Moments {
		if m.Customers < 40 {
			t.Errorf("%+v: too few to be found", m)
		}
	}
	sessions := truth.Web.All.Sessions - without.Web.All.Sessions
	if want := truth.Moments[0].Customers + truth.Moments[1].Customers; sessions != want {
		t.Errorf("%d sessions more, want one for each of %d customers", sessions, want)
	}
}
