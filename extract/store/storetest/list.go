package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"waymark/extract/store"
	"waymark/internal/object"
)

// tree has names on both sides of the slash in byte order, where walking directories and sorting keys differ.
var tree = []string{"a-b/x", "a.b", "a/b", "a/c/d", "a0", "ab/c", "b", "b-c", "b.d/e"}

func listOrder(t *testing.T, s store.Store) {
	for _, i := range []int{4, 0, 8, 2, 6, 1, 7, 3, 5} {
		mustPut(t, s, tree[i], tree[i])
	}
	if got := keys(list(t, s, "")); !slices.Equal(got, tree) {
		t.Errorf("listed %q\nwant   %q", got, tree)
	}
}

func listPrefix(t *testing.T, s store.Store) {
	for _, k := range tree {
		mustPut(t, s, k, k)
	}
	for _, prefix := range []string{"a", "a/", "a/c/", "a/c", "a/c/d", "a/c/d/", "a-", "b", "b.", "b.d/", "b.d/e", "x", "x/y", "a/b/c", "ab/c/d/e/f"} {
		var want []string
		for _, k := range tree {
			if strings.HasPrefix(k, prefix) {
				want = append(want, k)
			}
		}
		if got := keys(list(t, s, prefix)); !slices.Equal(got, want) {
			t.Errorf("prefix %q: listed %q, want %q", prefix, got, want)
		}
	}
}

func listStops(t *testing.T, s store.Store) {
	for _, k := range tree {
		mustPut(t, s, k, k)
	}
	enough, seen := errors.New("enough"), 0
	err := s.List(t.Context(), "", func(object.Info) error {
		if seen++; seen == 2 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 2 {
		t.Errorf("list = %v after %d objects, want yield's error after 2", err, seen)
	}
}

func keys(infos []object.Info) []string {
	var keys []string
	for _, info := range infos {
		keys = append(keys, info.Key)
	}
	return keys
}
