package transform

import (
	"encoding/binary"
	"math"

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

func (f *Finisher) outOfRange(c *column, message string) *defect {
	return f.defect(schemas.OutOfRange, c.name, message)
}

// append finishes r and appends it to t's batch. Nothing of a row with a defect stays.
func (f *Finisher) append(t *table, r *schemas.Row) (*defect, error) {
	if t.schema == schemas.JourneyEvent {
		if bad, err := f.event(t, r); bad != nil || err != nil {
			return bad, err
		}
	}
	f.common(t, r)
	f.buf = f.buf[:0]
	for i := range t.cols {
		c, v := &t.cols[i], &r.Vals[i]
		if c.over {
			v = &t.over[i]
		}
		if bad := f.column(c, &t.batch.Cols[i], v, r); bad != nil {
			t.rollback()
			return bad, nil
		}
		if c.key && !c.set(&t.batch.Cols[i], v) {
			t.rollback()
			return f.defect(schemas.MissingRequired, c.name, "the row has no key"), nil
		}
	}
	f.finish(t)
	return nil, nil
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

// column appends one value and its canonical encoding. A value equal to its type's default is not encoded, so that
// unset and default, which are the same once stored, hash the same.
func (f *Finisher) column(c *column, vec *schemas.Vector, v *schemas.Value, r *schemas.Row) *defect {
	switch c.op {
	case opText:
		return f.appendText(c, vec, v)
	case opIdentifier:
		f.appendFixed(c, vec, f.pseudonym(c, v, r))
	case opID:
		var id [16]byte
		if v.Set {
			copy(id[:], v.Bytes)
		}
		f.appendFixed(c, vec, id)
	case opMap:
		return f.appendMap(c, vec, r.Attrs)
	case opFloat:
		return f.appendFloat(c, vec, v)
	case opBucket, opHash:
	default:
		if v.Set && c.op != opInt64 {
			if bad := f.checkInt(c, v.Num); bad != nil {
				return bad
			}
		}
		f.appendInt(c, vec, v)
	}
	return nil
}

func (f *Finisher) checkInt(c *column, n int64) *defect {
	switch c.op {
	case opTimestamp:
		if n < 0 || n > maxTimestamp {
			return f.outOfRange(c, "time is not within 1970-01-01 and 2149-06-06")
		}
	case opDate:
		if n < 0 || n > maxDate {
			return f.outOfRange(c, "date is not within 1970-01-01 and 2149-06-06")
		}
	case opInt32:
		if n < math.MinInt32 || n > math.MaxInt32 {
			return f.outOfRange(c, "number does not fit 32 bits")
		}
	case opDecimal:
		if n < -maxDecimal || n > maxDecimal {
			return f.outOfRange(c, "amount has more than 14 digits before the point")
		}
	}
	return nil
}

func (f *Finisher) appendInt(c *column, vec *schemas.Vector, v *schemas.Value) {
	n := v.Num
	if !v.Set {
		n = 0
	} else if c.op == opBool && n != 0 {
		n = 1
	}
	vec.Int = append(vec.Int, n)
	if c.nullable {
		vec.Valid = append(vec.Valid, v.Set)
	}
	if n != 0 || c.nullable && v.Set {
		f.buf = binary.LittleEndian.AppendUint32(f.buf, c.tag)
		f.buf = binary.LittleEndian.AppendUint64(f.buf, uint64(n))
	}
}

func (f *Finisher) appendFloat(c *column, vec *schemas.Vector, v *schemas.Value) *defect {
	var x float32
	if v.Set {
		x = v.Float() + 0 // -0 becomes 0
		if x != x || math.IsInf(float64(x), 0) {
			return f.outOfRange(c, "not a finite number of 32 bits")
		}
	}
	vec.Float = append(vec.Float, x)
	if c.nullable {
		vec.Valid = append(vec.Valid, v.Set)
	}
	if x != 0 || c.nullable && v.Set {
		f.buf = binary.LittleEndian.AppendUint32(f.buf, c.tag)
		f.buf = binary.LittleEndian.AppendUint32(f.buf, math.Float32bits(x))
	}
	return nil
}

func (f *Finisher) pseudonym(c *column, v *schemas.Value, r *schemas.Row) [16]byte {
	if !v.Set {
		return [16]byte{}
	}
	if c.kind == schemas.Phone && r.PhoneCountry != "" && r.PhoneCountry != f.set.Country {
		return f.keyer.Pseudonym(c.kind, f.set.System, v.Bytes, r.PhoneCountry)
	}
	return c.space.Pseudonym(v.Bytes)
}

func (f *Finisher) appendFixed(c *column, vec *schemas.Vector, id [16]byte) {
	vec.Fixed = append(vec.Fixed, id)
	if id != [16]byte{} {
		f.buf = binary.LittleEndian.AppendUint32(f.buf, c.tag)
		f.buf = append(f.buf, id[:]...)
	}
}

// set reports whether the key column that was just appended holds something.
func (c *column) set(vec *schemas.Vector, v *schemas.Value) bool {
	switch c.op {
	case opIdentifier, opID:
		return vec.Fixed[len(vec.Fixed)-1] != [16]byte{}
	case opText:
		return v.Set && len(v.Bytes) > 0
	}
	return v.Set
}

// finish appends what follows from the other columns: bucket, hash and partition.
func (f *Finisher) finish(t *table) {
	b := t.batch
	part := int32(0)
	if t.schema.Partition == schemas.ByBucket {
		part = f.bucket(t)
		c, vec := &t.cols[t.schema.PartitionCol], &b.Cols[t.schema.PartitionCol]
		f.appendInt(c, vec, &schemas.Value{Num: int64(part), Set: true})
	} else {
		days := b.Cols[t.schema.PartitionCol].Int
		part = int32(days[len(days)-1])
	}
	b.Part = append(b.Part, part)
	hash := &b.Cols[t.schema.HashCol]
	hash.Int = append(hash.Int, int64(xxh3.Hash(f.buf)))
	b.Rows++
}

// bucket hashes the key columns of the row just appended.
func (f *Finisher) bucket(t *table) int32 {
	f.key = f.key[:0]
	for _, i := range t.keys {
		vec := &t.batch.Cols[i]
		switch t.cols[i].op {
		case opIdentifier, opID:
			id := vec.Fixed[len(vec.Fixed)-1]
			f.key = append(f.key, id[:]...)
		case opText:
			f.key = appendPart(f.key, vec.Dict.Value(vec.Codes[len(vec.Codes)-1]))
		default:
			f.key = binary.LittleEndian.AppendUint64(f.key, uint64(vec.Int[len(vec.Int)-1]))
		}
	}
	return int32(xxh3.Hash(f.key) % schemas.Buckets)
}

// appendPart appends b with its length, so that no two lists of parts spell the same bytes.
func appendPart(dst, b []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}
