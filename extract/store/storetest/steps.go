package storetest

import (
	"io"
	"slices"
	"strings"
	"testing"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
)

func mustPut(t *testing.T, s store.Store, key, content string) object.Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), object.Condition{})
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return info
}

func list(t *testing.T, s store.Store, prefix string) []object.Info {
	t.Helper()
	var infos []object.Info
	err := s.List(t.Context(), prefix, func(info object.Info) error {
		infos = append(infos, info)
		return nil
	})
	if err != nil {
		t.Fatalf("list %q: %v", prefix, err)
	}
	return infos
}

func read(t *testing.T, s store.Store, info object.Info) string {
	t.Helper()
	r, err := s.Open(t.Context(), info)
	if err != nil {
		t.Fatalf("open %s: %v", info.Key, err)
	}
	return drain(t, r)
}

func drain(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("read: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	return string(data)
}

func wantKind(t *testing.T, what string, err error, kinds ...fault.Kind) {
	t.Helper()
	if err == nil {
		t.Errorf("%s succeeded, want %v", what, kinds)
	} else if kind := fault.KindOf(err); !slices.Contains(kinds, kind) {
		t.Errorf("%s: %v error %q, want %v", what, kind, err, kinds)
	}
}
