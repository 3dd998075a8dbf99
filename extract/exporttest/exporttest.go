// Package exporttest runs an export over text and shows what it gives, for the tests of CSV exports.
package exporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	"waymark/extract"
	"waymark/schemas"
)

// Row is one emitted row: its columns that are set, as text, by name. Times are RFC 3339, decimals with four digits.
// "@key", "@ordinal", "@snapshot" and "@phone" hold what a draft row has besides its columns, attributes are
// "attributes.NAME".
type Row map[string]string

// Result is what an object gave.
type Result struct {
	Tables  map[string][]Row
	Rejects []schemas.Reject
	Records int64
	News    extract.News
	Chunks  int
}

// Events returns the rows of journey_event that are of type t.
func (r *Result) Events(t string) (list []Row) {
	for _, row := range r.Tables["journey_event"] {
		if row["event_type"] == t {
			list = append(list, row)
		}
	}
	return list
}

// Input returns an object of content, last modified at the given µs.
func Input(content []byte, modified int64) extract.Input {
	return extract.Input{Name: "test", Size: int64(len(content)), Modified: modified, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

// Modified is the time of the object that Read reads: 2030-01-01.
const Modified = 1_893_456_000_000_000

// Read runs e over content. The error is that of Open, Next or Decode.
func Read(t testing.TB, e extract.Export, content []byte, opt extract.Options) (*Result, error) {
	t.Helper()
	ctx := context.Background()
	s, err := e.Open(ctx, Input(content, Modified), opt)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	k := &sink{t: t, result: &Result{Tables: map[string][]Row{}}, drafts: map[*schemas.Table]*schemas.Row{}}
	d := s.NewDecoder()
	for {
		c, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			k.result.News = s.News()
			return k.result, nil
		}
		if err != nil {
			return nil, err
		}
		if err := d.Decode(ctx, c, k); err != nil {
			return nil, err
		}
		k.result.Chunks++
		if c.Release != nil {
			clear(c.Data) // whatever still points into the chunk shows as zeros
			c.Release()
		}
	}
}

type sink struct {
	t      testing.TB
	result *Result
	drafts map[*schemas.Table]*schemas.Row
}

func (k *sink) Row(t *schemas.Table) *schemas.Row {
	r := k.drafts[t]
	if r == nil {
		r = schemas.NewRow(t)
		k.drafts[t] = r
	}
	r.Reset()
	return r
}

func (k *sink) Reject(r schemas.Reject) error {
	r.Record = bytes.Clone(r.Record)
	k.result.Rejects = append(k.result.Rejects, r)
	return nil
}

func (k *sink) Records(n int64) { k.result.Records += n }

func (k *sink) Emit(r *schemas.Row) error {
	row := Row{}
	for i, c := range r.Table.Columns {
		if r.Has(i) {
			if c.Derived {
				k.t.Errorf("%s: a source must not set the derived column %s", r.Table.Name, c.Name)
			}
			row[c.Name] = show(c.Type, r.Vals[i])
		}
	}
	for _, a := range r.Attrs {
		row["attributes."+a.Key] = string(a.Value)
	}
	if r.Table == schemas.JourneyEvent {
		row["@key"], row["@snapshot"] = string(r.Key), strconv.FormatBool(r.Snapshot)
		if r.Ordinal > 0 {
			row["@ordinal"] = strconv.Itoa(int(r.Ordinal))
		}
		if !schemas.IsEventType(row["event_type"]) {
			k.t.Errorf("event type %q is not in the vocabulary", row["event_type"])
		}
		if row["occurred_at"] == "" || row["record_version"] == "" || len(r.Key) == 0 {
			k.t.Errorf("line %d: an event without moment, version or key: %v", r.Line, row)
		}
	}
	if r.PhoneCountry != "" {
		row["@phone"] = r.PhoneCountry
	}
	if r.Line < 1 || r.Raw == nil {
		k.t.Errorf("a row does not say where its record stands")
	}
	k.result.Tables[r.Table.Name] = append(k.result.Tables[r.Table.Name], row)
	return nil
}

func show(t schemas.Type, v schemas.Value) string {
	switch t {
	case schemas.Timestamp:
		return time.UnixMicro(v.Num).UTC().Format(time.RFC3339Nano)
	case schemas.Date:
		return time.Unix(v.Num*86_400, 0).UTC().Format(time.DateOnly)
	case schemas.Decimal:
		sign := ""
		if v.Num < 0 {
			sign, v.Num = "-", -v.Num
		}
		return fmt.Sprintf("%s%d.%04d", sign, v.Num/10_000, v.Num%10_000)
	case schemas.Float32:
		return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)
	case schemas.Int32, schemas.Int64, schemas.UInt64, schemas.Bool:
		return strconv.FormatInt(v.Num, 10)
	}
	return string(v.Bytes)
}
