package transform

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/zeebo/xxh3"

	"waymark/schemas"
)

// defect says why a row cannot be used.
type defect struct {
	reason         schemas.Reason
	field, message string
}

func (f *Finisher) defect(reason schemas.Reason, field, message string) *defect {
	f.bad = defect{reason, field, message}
	return &f.bad
}

// append finishes r and appends it to t's batch. Nothing of a row with a defect stays.
//
// Along with the values it builds their canonical encoding, which row_hash is taken of: each column's tag and value. A
// value equal to its type's default is left out, so that unset and default, which are the same once stored, hash alike.
func (f *Finisher) append(t *table, r *schemas.Row) (*defect, error) {
	if t.schema == schemas.JourneyEvent {
		if bad, err := f.event(t, r); bad != nil || err != nil {
			return bad, err
		}
	}
	f.common(t, r)
	bad := f.columns(t, r)
	if bad == nil {
		bad = f.checkKey(t)
	}
	if bad != nil {
		t.rollback()
		return bad, nil
	}
	f.finish(t)
	return nil, nil
}

func (f *Finisher) columns(t *table, r *schemas.Row) *defect {
	buf, bad := f.appendTexts(t, r, f.buf[:0])
	if bad != nil {
		return bad
	}
	buf, bad = f.appendInts(t, r, f.appendIDs(t, r, buf))
	if bad != nil {
		return bad
	}
	if buf, bad = f.appendFloats(t, r, buf); bad != nil {
		return bad
	}
	for i := range t.maps {
		if buf, bad = f.appendMap(&t.maps[i], r.Attrs, buf); bad != nil {
			return bad
		}
	}
	f.buf = buf
	return nil
}

// common decides the columns that every table treats alike: version and currency.
func (f *Finisher) common(t *table, r *schemas.Row) {
	version := r.Vals[t.schema.VersionCol]
	if !version.Set {
		version = schemas.Value{Num: f.set.Modified, Set: true}
	}
	t.over[t.schema.VersionCol] = version
	if t.curr < 0 {
		return
	}
	currency := r.Vals[t.curr]
	if !currency.Set || len(currency.Bytes) == 0 {
		currency = schemas.Value{}
		for _, i := range t.money {
			if r.Vals[i].Set && f.set.Currency != "" {
				currency = schemas.Value{Bytes: f.currency, Set: true}
			}
		}
	} else if len(currency.Bytes) == 3 {
		for i, b := range currency.Bytes {
			if 'a' <= b && b <= 'z' {
				b -= 'a' - 'A'
			}
			f.upper[i] = b
		}
		currency.Bytes = f.upper[:]
	}
	t.over[t.curr] = currency
}

func (f *Finisher) appendIDs(t *table, r *schemas.Row, buf []byte) []byte {
	for i := range t.people {
		c := &t.people[i]
		v := c.value(t, r)
		if !v.Set {
			c.vec.Fixed = append(c.vec.Fixed, [16]byte{})
			continue
		}
		buf = c.appendFixed(f.pseudonym(c, v, r), buf)
	}
	for i := range t.ids {
		c := &t.ids[i]
		var id [16]byte
		copy(id[:], c.value(t, r).Bytes)
		buf = c.appendFixed(id, buf)
	}
	return buf
}

func (f *Finisher) pseudonym(c *personColumn, v *schemas.Value, r *schemas.Row) [16]byte {
	if c.kind == schemas.Phone && r.PhoneCountry != "" && r.PhoneCountry != f.set.Country {
		return f.keyer.Pseudonym(c.kind, f.set.System, v.Bytes, r.PhoneCountry)
	}
	return c.space.Pseudonym(v.Bytes)
}

func (c *column) appendFixed(id [16]byte, buf []byte) []byte {
	c.vec.Fixed = append(c.vec.Fixed, id)
	if id == [16]byte{} {
		return buf
	}
	return append(binary.LittleEndian.AppendUint32(buf, c.tag), id[:]...)
}

func (f *Finisher) appendInts(t *table, r *schemas.Row, buf []byte) ([]byte, *defect) {
	for i := range t.ints {
		c := &t.ints[i]
		v := c.value(t, r)
		n := v.Num
		switch {
		case !v.Set:
			n = 0
		case n < c.lo || n > c.hi:
			return buf, f.defect(schemas.OutOfRange, c.name, c.message)
		case c.bool && n != 0:
			n = 1
		}
		c.vec.Int = append(c.vec.Int, n)
		if c.nullable {
			c.vec.Valid = append(c.vec.Valid, v.Set)
		}
		if n != 0 || c.nullable && v.Set {
			buf = appendInt(buf, c.tag, n)
		}
	}
	return buf, nil
}

func appendInt(buf []byte, tag uint32, n int64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(buf, tag), uint64(n))
}

func (f *Finisher) appendFloats(t *table, r *schemas.Row, buf []byte) ([]byte, *defect) {
	for i := range t.floats {
		c := &t.floats[i]
		v := c.value(t, r)
		var x float32
		if v.Set {
			if x = v.Float() + 0; x != x || math.IsInf(float64(x), 0) { // + 0 makes -0 0
				return buf, f.defect(schemas.OutOfRange, c.name, "not a finite number of 32 bits")
			}
		}
		c.vec.Float = append(c.vec.Float, x)
		if c.nullable {
			c.vec.Valid = append(c.vec.Valid, v.Set)
		}
		if x != 0 || c.nullable && v.Set {
			buf = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(buf, c.tag), math.Float32bits(x))
		}
	}
	return buf, nil
}

// checkKey refuses a row without a value in a key column: all such rows would count as one.
func (f *Finisher) checkKey(t *table) *defect {
	for k, i := range t.cols {
		vec := &t.batch.Cols[i]
		set := true
		switch t.keys[k].Type {
		case schemas.UUID:
			set = vec.Fixed[len(vec.Fixed)-1] != [16]byte{}
		case schemas.String, schemas.LowCardinality:
			set = len(vec.Dict.Value(vec.Codes[len(vec.Codes)-1])) > 0
		case schemas.Timestamp:
			set = vec.Int[len(vec.Int)-1] != 0
		}
		if !set {
			return f.defect(schemas.MissingRequired, t.keys[k].Name, "the row has no key")
		}
	}
	return nil
}

// finish appends what follows from the other columns: bucket, hash and partition.
func (f *Finisher) finish(t *table) {
	b := t.batch
	partition := &b.Cols[t.schema.PartitionCol]
	if t.schema.Partition == schemas.ByBucket {
		bucket := f.bucket(t)
		partition.Int = append(partition.Int, bucket)
		if bucket != 0 {
			f.buf = appendInt(f.buf, t.partTag, bucket)
		}
	}
	b.Part = append(b.Part, int32(partition.Int[len(partition.Int)-1]))
	hash := &b.Cols[t.schema.HashCol]
	hash.Int = append(hash.Int, int64(xxh3.Hash(f.buf)))
	b.Rows++
}

// bucket hashes the columns of the row just appended that decide its bucket.
func (f *Finisher) bucket(t *table) int64 {
	f.key = f.key[:0]
	for k, i := range t.cols {
		if len(t.schema.BucketBy) > 0 && !slices.Contains(t.schema.BucketBy, t.keys[k].Name) {
			continue
		}
		vec := &t.batch.Cols[i]
		switch t.keys[k].Type {
		case schemas.UUID:
			id := vec.Fixed[len(vec.Fixed)-1]
			f.key = append(f.key, id[:]...)
		case schemas.String, schemas.LowCardinality:
			f.key = appendPart(f.key, vec.Dict.Value(vec.Codes[len(vec.Codes)-1]))
		default:
			f.key = binary.LittleEndian.AppendUint64(f.key, uint64(vec.Int[len(vec.Int)-1]))
		}
	}
	return int64(xxh3.Hash(f.key) % schemas.Buckets)
}

// appendPart appends b with its length, so that no two lists of parts spell the same bytes.
func appendPart(dst, b []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}
