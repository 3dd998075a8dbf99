package models_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"waymark/transform/models"
)

// seen is one record with identifiers; at is in seconds, absent when negative. Identifiers are numbers whose kind is
// their remainder by 4: user, email, phone, contact; and 4 + n for devices, see kindOf.
type seen struct {
	ids []int
	at  int64
}

const (
	limitOfOthers = 3
	endOfTime     = int64(1) << 60
)

var kinds = []string{"user", "email", "phone", "contact", "device"}

func kindOf(id int) string { return kinds[id%5] }

func idText(id int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", id+1) }

// testIdentity lets records come and go at random and holds the models to a union-find that shares nothing with them:
// built from nothing and from what was built before, which must be the same to the row.
func testIdentity(t *testing.T, w *warehouse, list []models.Model) {
	params := models.Defaults()
	params["identity_max_links"] = fmt.Sprint(limitOfOthers)
	random := rand.New(rand.NewPCG(20261126, 5))
	var records []seen
	next := 0
	history, split, joined := 0, 0, 0
	former := map[int]int{}
	for round := range 6 {
		for range 16 { // new persons, and links between any
			records = append(records, randomRecord(random, &next))
		}
		if round > 1 { // corrected exports: records are gone
			for range random.IntN(10) {
				records = slices.Delete(records, 3, 4)
			}
		}
		if round == 3 { // a chain that is linked from both ends towards the middle, longer than any number of steps
			first := next
			for i := range 120 {
				records = append(records, seen{[]int{(first + i) * 5, (first + i + 1) * 5}, int64(1000 + abs(60-i))})
			}
			next += 121
		}
		mostSteps := 14
		if round == 5 { // who was seen first is linked last: a step for each
			records, next = append(records, backwards(next, 15)...), next+32
			mostSteps = 30
		}
		want := solve(records)
		w.load(rowsOfRecords(records))
		for _, incremental := range []bool{true, false} {
			if incremental && round == 0 { // what the table holds is another test's
				continue
			}
			w.incremental = incremental
			w.build(list, map[string]bool{"customer_key_history": true}, params)
			if w.steps > mostSteps {
				t.Errorf("round %d: %d steps", round, w.steps)
			}
			got := w.exec("SELECT identifier, customer_key, is_generic FROM waymark_mart.identity_component ORDER BY toString(identifier) FORMAT TSV", nil, nil)
			if diff := gocmp.Diff(want.components(), got); diff != "" {
				t.Fatalf("round %d, incremental %t: want -, got +:\n%s", round, incremental, diff)
			}
			got = w.exec("SELECT former_key, toUnixTimestamp(valid_from), ifNull(toUnixTimestamp(valid_to), 0), became_key, customer_key FROM waymark_mart.customer_key_history ORDER BY toString(former_key) FORMAT TSV", nil, nil)
			if diff := gocmp.Diff(want.historyText(), got); diff != "" {
				t.Fatalf("round %d, history: want -, got +:\n%s", round, diff)
			}
		}
		history += len(want.history)
		for id, key := range former {
			if now, there := want.key[id]; there && now != key {
				if want.generic[id] || want.generic[key] || now == id {
					split++
				} else {
					joined++
				}
			}
		}
		former = want.key
	}
	if history == 0 || split == 0 || joined == 0 {
		t.Errorf("%d former keys, %d splits, %d joins: the test does not test", history, split, joined)
	}
}

// backwards is a chain of n users, and a user with n devices, linked in the reverse order of when they were first seen.
func backwards(first, n int) (records []seen) {
	for i := range n {
		records = append(records,
			seen{[]int{(first + i) * 5}, int64(10 + i)},
			seen{[]int{(first + i) * 5, (first + i + 1) * 5}, int64(6000 - i)},
			seen{[]int{(first+n+1+i)*5 + 4}, int64(10 + i)},
			seen{[]int{(first+n+1+i)*5 + 4, (first + n + 1) * 5}, int64(6000 - i)})
	}
	return records
}

func abs(n int) int { return max(n, -n) }

// randomRecord names up to four identifiers of different kinds, half of them known ones.
func randomRecord(random *rand.Rand, next *int) seen {
	r := seen{at: int64(random.IntN(5000)) + 1}
	if random.IntN(6) == 0 {
		r.at = -1
	}
	for k := range kinds {
		if random.IntN(2) == 0 && (r.at >= 0 || k != 4) {
			id := *next*5 + k
			if random.IntN(5) > 0 && *next > 0 {
				id = random.IntN(*next)*5 + k
			} else {
				*next++
			}
			r.ids = append(r.ids, id)
		}
	}
	if len(r.ids) == 0 {
		r.ids = []int{*next * 5}
		*next++
	}
	return r
}

// rowsOfRecords spells records with a device as events, others as customer records.
func rowsOfRecords(records []seen) map[string][]map[string]any {
	out := map[string][]map[string]any{}
	for i, r := range records {
		row := map[string]any{"system": "s", "record_version": 1, "row_hash": i}
		table := "customer"
		for _, id := range r.ids {
			if row[kindOf(id)+"_id"] != nil {
				row["converted_contact_id"] = idText(id)
				continue
			}
			row[kindOf(id)+"_id"] = idText(id)
			if kindOf(id) == "device" {
				table = "journey_event"
			}
		}
		if len(r.ids) == 2 && kindOf(r.ids[0]) == "user" && kindOf(r.ids[1]) == "user" { // the chain: only contacts come in pairs
			delete(row, "user_id")
			row["contact_id"], row["converted_contact_id"] = idText(r.ids[0]+3), idText(r.ids[1]+3)
		}
		at := time.Unix(r.at, 0).UTC().Format("2006-01-02 15:04:05")
		switch {
		case table == "journey_event":
			row["event_id"], row["event_type"], row["occurred_at"], row["event_date"] = idText(i), "page_viewed", at, at[:10]
		case r.at >= 0:
			row["created_at"] = at
		}
		out[table] = append(out[table], row)
	}
	return out
}

// answer is what the models must give.
type answer struct {
	key     map[int]int
	generic map[int]bool
	history []string
}

func (a answer) components() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(a.key)) {
		fmt.Fprintf(&b, "%s\t%s\t%t\n", idText(id), idText(a.key[id]), a.generic[id])
	}
	return b.String()
}

func (a answer) historyText() string { return strings.Join(a.history, "") }

// solve works the records out with a union-find, link by link in the order of time.
func solve(records []seen) answer {
	born, linked := map[int]int64{}, map[[2]int]int64{}
	others := map[int]map[int]bool{}
	for _, r := range records {
		ids := slices.Clone(r.ids)
		if len(ids) == 2 && ids[0]%5 == 0 && ids[1]%5 == 0 {
			ids[0], ids[1] = ids[0]+3, ids[1]+3
		}
		at := r.at
		for i, a := range ids {
			if old, ok := born[a]; !ok || at >= 0 && at < old {
				born[a] = earliest(at)
			}
			for _, b := range ids[i+1:] {
				pair := [2]int{min(a, b), max(a, b)}
				if old, ok := linked[pair]; !ok || at >= 0 && (old < 0 || at < old) {
					linked[pair] = at
				}
				note(others, a, b)
				note(others, b, a)
			}
		}
	}
	a := answer{key: map[int]int{}, generic: map[int]bool{}}
	for id := range born {
		a.key[id] = id
		a.generic[id] = len(others[id]) > limitOfOthers
	}
	byTime := map[int64][][2]int{}
	for pair, at := range linked {
		if x, y := pair[0], pair[1]; !a.generic[x] && !a.generic[y] {
			at = max(at, born[x], born[y])
			byTime[at] = append(byTime[at], pair)
		}
	}
	rows := map[int][]any{}
	for _, at := range slices.Sorted(maps.Keys(byTime)) {
		before := maps.Clone(a.key)
		for _, pair := range byTime[at] {
			a.join(born, a.key[pair[0]], a.key[pair[1]])
		}
		for id, key := range before {
			if key == id && a.key[id] != id && born[id] < at {
				rows[id] = []any{born[id], at % endOfTime, a.key[id]}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		r := rows[id]
		a.history = append(a.history, fmt.Sprintf("%s\t%d\t%d\t%s\t%s\n", idText(id), r[0], r[1], idText(r[2].(int)), idText(a.key[id])))
	}
	return a
}

func earliest(at int64) int64 {
	if at < 0 {
		return endOfTime
	}
	return at
}

func note(others map[int]map[int]bool, id, other int) {
	if kindOf(other) == "device" {
		return
	}
	if others[id] == nil {
		others[id] = map[int]bool{}
	}
	others[id][other] = true
}

// join makes two components one, under the key that was seen first.
func (a answer) join(born map[int]int64, x, y int) {
	if x == y {
		return
	}
	if c := cmp.Or(cmp.Compare(born[x], born[y]), cmp.Compare(x, y)); c > 0 {
		x, y = y, x
	}
	for id, key := range a.key {
		if key == y {
			a.key[id] = x
		}
	}
}
