package pipeline_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"waymark/internal/sampledata"
	"waymark/schemas"
	"waymark/transform/privacy"
)

// checkIdentity compares which identifiers are one customer with who the persons are: pairwise precision over all pairs,
// recall over the pairs that the exports tie together at all.
func checkIdentity(t *testing.T, s *site, truth *sampledata.Truth) {
	keyer, err := privacy.NewKeyer([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	customer := s.table("SELECT identifier, customer_key, is_generic FROM cx_bi.identity_component")
	var byKey, byPerson, byGroup, keyPerson, keyGroup = tally{}, tally{}, tally{}, tally{}, tally{}
	people := 0
	for p, person := range truth.People {
		for g, group := range person.Groups {
			for _, id := range group {
				row := customer[pseudonym(t, keyer, id)]
				if row == nil {
					t.Errorf("%s %s of person %d is no identifier", kindOf(id), pseudonym(t, keyer, id), p)
					continue
				}
				if row[1] != "false" {
					t.Errorf("%s of person %d is generic", pseudonym(t, keyer, id), p)
				}
				byKey.add(row[0])
				byPerson.add(fmt.Sprint(p))
				byGroup.add(fmt.Sprint(p, g))
				keyPerson.add(fmt.Sprint(row[0], p))
				keyGroup.add(fmt.Sprint(row[0], p, g))
				people++
			}
		}
	}
	precision := float64(keyPerson.pairs()) / float64(byKey.pairs())
	recall := float64(keyGroup.pairs()) / float64(byGroup.pairs())
	t.Logf("%d identifiers of %d persons, %d customers: precision %.6f, recall %.6f where records tie them, %.6f over all pairs of a person",
		people, len(truth.People), len(byKey), precision, recall, float64(keyPerson.pairs())/float64(byPerson.pairs()))
	if precision != 1 || recall != 1 {
		t.Errorf("precision %.6f, recall %.6f, want 1 for both", precision, recall)
	}
	if len(truth.Shared) != 2 {
		t.Errorf("the shop has %d shared identifiers, want a mailbox and a kiosk", len(truth.Shared))
	}
	for _, id := range truth.Shared {
		if row := customer[pseudonym(t, keyer, id)]; row == nil || row[1] != "true" || row[0] != pseudonym(t, keyer, id) {
			t.Errorf("%s is shared by many: got %v, want a generic identifier that joins nobody", id, row)
		}
	}
}

type tally map[string]int64

func (c tally) add(cell string) { c[cell]++ }

func (c tally) pairs() (n int64) {
	for _, v := range c {
		n += v * (v - 1) / 2
	}
	return n
}

// kindOf is the kind of an identifier of the truth.
func kindOf(id string) string {
	kind, _, _ := strings.Cut(id, ":")
	return kind
}

// pseudonym gives the identifier of the truth ("kind:system:value") as the warehouse shows it.
func pseudonym(t *testing.T, k *privacy.Keyer, id string) string {
	t.Helper()
	parts := strings.SplitN(id, ":", 3)
	kind := map[string]schemas.Identifier{"email": schemas.Email, "phone": schemas.Phone, "user": schemas.User, "device": schemas.Device,
		"contact": schemas.Contact}[parts[0]]
	b := k.Pseudonym(kind, parts[1], []byte(parts[2]), "PL")
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Two customers turn out to be one, months after they left their events: the events move, in whatever partition they are,
// and the marts are those of one run over all exports. When the link is taken back they part again.
func TestEventsMoveWithTheirCustomer(t *testing.T) {
	const head = "response_id,answered_at,kind,score,email,customer_id\n"
	parts := map[string]string{
		"in/a.csv": head + "r1,2026-01-01T10:00:00Z,nps,9,a@example.com,\nr2,2026-01-02T10:00:00Z,nps,9,c@example.com,\n",
		"in/b.csv": head + "r3,2026-03-01T10:00:00Z,nps,9,,K1\n",
		"in/c.csv": head + "r4,2026-05-01T10:00:00Z,nps,9,a@example.com,K1\n",
	}
	once := newSite(t, "fct_survey_response", "dim_customer", "customer_key_history")
	cfg := once.config(surveySource)
	for name, age := range map[string]time.Duration{"in/a.csv": 4 * time.Hour, "in/b.csv": 3 * time.Hour, "in/c.csv": 2 * time.Hour} {
		once.write(name, parts[name], age)
	}
	once.run(cfg)

	s := newSite(t, "fct_survey_response", "dim_customer", "customer_key_history")
	cfg = s.config(surveySource)
	s.write("in/a.csv", parts["in/a.csv"], 4*time.Hour)
	s.run(cfg)
	s.write("in/b.csv", parts["in/b.csv"], 3*time.Hour)
	s.run(cfg)
	apart := s.marts()
	s.want("SELECT uniqExact(customer_key) FROM cx_bi.fct_journey_event", "3")
	s.write("in/c.csv", parts["in/c.csv"], 2*time.Hour)
	s.run(cfg)
	s.want("SELECT uniqExact(customer_key), uniqExactIf(customer_key, survey_id != 'r2') FROM cx_bi.fct_journey_event", "2|1")
	s.want("SELECT valid_from, valid_to, became_key = customer_key FROM cx_bi.customer_key_history", "2026-03-01T10:00:00.000Z|2026-05-01T10:00:00.000Z|1")
	s.verify(cfg)
	if got, want := s.marts(), once.marts(); got != want {
		t.Errorf("run by run the marts are\n%s\nat once they are\n%s", got, want)
	}
	s.write("in/c.csv", head, time.Hour) // the export is corrected: there was no such answer
	s.run(cfg)
	s.want("SELECT count() FROM cx_bi.customer_key_history", "0")
	if got := s.marts(); got != apart {
		t.Errorf("without the link the marts are\n%s\nnot those of before\n%s", got, apart)
	}
	s.verify(cfg)
}
