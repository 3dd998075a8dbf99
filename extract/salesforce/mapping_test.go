package salesforce

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"waymark/extract"
	"waymark/internal/fault"
)

// A mapping that can never work is found on an empty object too, which is how a configuration is checked.
func TestMappingsAreCheckedOnAnEmptyObject(t *testing.T) {
	for target, good := range map[string]bool{"scroe": false, "attributes.rating": true, "segment": true} {
		err := openEmpty(t, map[string]string{"Rating__c": target})
		if (err == nil) != good || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("mapped to %s: %v", target, err)
		}
	}
	if err := openEmpty(t, map[string]string{"Description": "attributes.d"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a personal field can be stored: %v", err)
	}
}

func openEmpty(t *testing.T, fields map[string]string) error {
	t.Helper()
	for _, e := range Exports() {
		if e.Name != "Contact" {
			continue
		}
		s, err := e.Open(t.Context(), extract.Input{
			Name: "x",
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil },
		}, extract.Options{Fields: fields})
		if err == nil {
			_, err := s.Next(t.Context())
			if !errors.Is(err, io.EOF) {
				t.Errorf("an empty object gives %v", err)
			}
			return s.Close()
		}
		return err
	}
	t.Fatal("there is no Contact")
	return nil
}
