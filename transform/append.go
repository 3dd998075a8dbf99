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

// columns appends the columns that have a value; the others stay behind until table.level.
func (f *Finisher) columns(t *table, r *schemas.Row) *defect {
	set := t.set(r)
	buf, bad := f.appendTexts(t, r, set&t.texts.mask, f.buf[:0])
	if bad != nil {
		return bad
	}
	buf = f.appendPeople(t, r, set&t.people.mask, buf)
	buf = t.appendIDs(r, set&t.ids.mask, buf)
	if buf, bad = f.appendInts(t, r, set&t.ints.mask, buf); bad != nil {
		return bad
	}
	if buf, bad = f.appendFloats(t, r, set&t.floats.mask, buf); bad != nil {
		return bad
	}
	if len(r.Attrs) > 0 {
		for i := range t.maps.list {
			if buf, bad = f.appendMap(t, &t.maps.list[i], r.Attrs, buf); bad != nil {
				return bad
			}
		}
	}
	f.buf = buf
	return nil
}

// common decides the columns that every table treats alike: version and currency.
func (f *Finisher) common(t *table, r *schemas.Row) {
	version := f.set.Modified
	if r.Has(t.schema.VersionCol) {
		version = r.Vals[t.schema.VersionCol].Num
	}
	t.decideInt(t.schema.VersionCol, version)
	if t.curr < 0 {
		return
	}
	currency := r.Vals[t.curr].Bytes
	switch len(currency) {
	case 0:
		if r.Stated&t.money != 0 {
			currency = f.currency
		}
	case 3:
		for i, b := range currency {
			if 'a' <= b && b <= 'z' {
				b -= 'a' - 'A'
			}
			f.upper[i] = b
		}
		currency = f.upper[:]
	}
	t.decide(t.curr, currency)
}

func (f *Finisher) appendPeople(t *table, r *schemas.Row, set uint64, buf []byte) []byte {
	for ; set != 0; set &= set - 1 {
		c := t.people.at(set)
		buf = c.appendFixed(t, f.pseudonym(c, c.value(t, r), r), buf)
	}
	return buf
}

func (t *table) appendIDs(r *schemas.Row, set uint64, buf []byte) []byte {
	for ; set != 0; set &= set - 1 {
		c := t.ids.at(set)
		var id [16]byte
		copy(id[:], c.value(t, r).Bytes)
		buf = c.appendFixed(t, id, buf)
	}
	return buf
}

func (f *Finisher) pseudonym(c *personColumn, v *schemas.Value, r *schemas.Row) [16]byte {
	if c.kind == schemas.Phone && r.PhoneCountry != "" && r.PhoneCountry != f.set.Country {
		return f.keyer.Pseudonym(c.kind, f.set.System, v.Bytes, r.PhoneCountry)
	}
	return c.space.Pseudonym(v.Bytes)
}

func (c *column) appendFixed(t *table, id [16]byte, buf []byte) []byte {
	c.vec.Fixed = append(level(c.vec.Fixed, t.batch.Rows, [16]byte{}), id)
	if id == [16]byte{} {
		return buf
	}
	return append(binary.LittleEndian.AppendUint32(buf, c.tag), id[:]...)
}

func (f *Finisher) appendInts(t *table, r *schemas.Row, set uint64, buf []byte) ([]byte, *defect) {
	for ; set != 0; set &= set - 1 {
		c := t.ints.at(set)
		n := c.value(t, r).Num
		if n < c.lo || n > c.hi {
			return buf, f.defect(schemas.OutOfRange, c.name, c.message)
		}
		if c.bool && n != 0 {
			n = 1
		}
		c.vec.Int = append(level(c.vec.Int, t.batch.Rows, 0), n)
		if c.nullable { // and then no key: what is unset does not come here
			c.vec.Valid = append(level(c.vec.Valid, t.batch.Rows, false), true)
		}
		if n != 0 || c.nullable {
			buf = appendInt(buf, c.tag, n)
		}
	}
	return buf, nil
}

func appendInt(buf []byte, tag uint32, n int64) []byte {
	at := len(buf)
	buf = slices.Grow(buf, 12)[:at+12]
	binary.LittleEndian.PutUint32(buf[at:], tag)
	binary.LittleEndian.PutUint64(buf[at+4:], uint64(n))
	return buf
}

func (f *Finisher) appendFloats(t *table, r *schemas.Row, set uint64, buf []byte) ([]byte, *defect) {
	for ; set != 0; set &= set - 1 {
		c := t.floats.at(set)
		v := c.value(t, r)
		x := v.Float() + 0                       // + 0 makes -0 0
		if x != x || math.IsInf(float64(x), 0) { // what is unset does not come here
			return buf, f.defect(schemas.OutOfRange, c.name, "not a finite number of 32 bits")
		}
		c.vec.Float = append(level(c.vec.Float, t.batch.Rows, 0), x)
		if c.nullable {
			c.vec.Valid = append(level(c.vec.Valid, t.batch.Rows, false), true)
		}
		if x != 0 || c.nullable {
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
