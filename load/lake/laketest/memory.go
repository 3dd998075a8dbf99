package laketest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"sync"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// Memory is an object store in memory. The zero value is empty and ready; it is safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// Get implements lake.Objects.
func (m *Memory) Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.objects[key]
	if !ok {
		return nil, object.Info{}, &fault.Error{Kind: fault.NotFound, Object: key, Err: io.ErrUnexpectedEOF}
	}
	return io.NopCloser(bytes.NewReader(data)), info(key, data), ctx.Err()
}

// Put implements lake.Objects.
func (m *Memory) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return object.Info{}, err
	}
	if int64(len(data)) != size {
		return object.Info{}, fault.New(fault.Internal, "put %s: %d bytes where %d were announced", key, len(data), size)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	there, ok := m.objects[key]
	if cond.IfAbsent && ok || cond.IfMatch != "" && (!ok || info(key, there).ETag != cond.IfMatch) {
		return object.Info{}, fault.New(fault.Conflict, "put %s: the condition does not hold", key)
	}
	if m.objects == nil {
		m.objects = map[string][]byte{}
	}
	m.objects[key] = data
	return info(key, data), ctx.Err()
}

// List implements lake.Objects.
func (m *Memory) List(_ context.Context, prefix string, yield func(object.Info) error) error {
	for _, key := range m.Keys() {
		if data := m.Bytes(key); data != nil && strings.HasPrefix(key, prefix) {
			if err := yield(info(key, data)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delete implements lake.Objects.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
	return nil
}

// Keys returns every key in order.
func (m *Memory) Keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]string, 0, len(m.objects))
	for key := range m.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Bytes returns the content of key, nil when it is absent.
func (m *Memory) Bytes(key string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objects[key]
}

func info(key string, data []byte) object.Info {
	sum := sha256.Sum256(data)
	return object.Info{Key: key, Size: int64(len(data)), ETag: hex.EncodeToString(sum[:])}
}
