package ga4

import (
	"encoding/binary"
	"math"

	"github.com/zeebo/xxh3"
)

// key appends the event's natural key: user, time, name, bundle and batch position. GA4 has no event id, and before
// the batch fields existed several events of one request could share all the rest; so the key ends with a hash of the
// decoded content. It tells such events apart whatever their order in the file is, and two records that agree in
// everything decoded are one event.
func (d *drafter) key(to []byte, e *event) []byte {
	to = appendText(to, e.pseudoID)
	to = appendInt(to, e.timestamp)
	to = appendText(to, e.name)
	to = append(to, byte(e.has&(hasBundle|hasBatchPage|hasBatchOrdering|hasBatchIndex)))
	for _, n := range [...]int64{e.bundle, e.batchPage, e.batchOrdering, e.batchIndex} {
		to = appendInt(to, n)
	}
	sum := xxh3.Hash128(d.contentOf(e)).Bytes()
	return append(to, sum[:]...)
}

// contentOf returns everything else that is decoded of every event in one fixed form. User properties are left out:
// whether they are decoded depends on the configuration, and an id must not.
func (d *drafter) contentOf(e *event) []byte {
	b := appendText(d.content[:0], e.userID)
	for i := range e.params {
		p := &e.params[i]
		b = appendText(b, p.key)
		b = append(b, byte(p.kind))
		switch p.kind {
		case isText:
			b = appendText(b, p.text)
		case isInt:
			b = appendInt(b, p.number)
		case isDouble:
			b = appendInt(b, int64(math.Float64bits(p.double)))
		}
	}
	b = append(b, 0xff)
	for _, t := range [...][]byte{e.category, e.os, e.browser, e.language, e.country, e.city, e.orderID} {
		b = appendText(b, t)
	}
	for _, c := range [...]*campaign{&e.firstTouch, &e.collected, &e.lastClick.manual, &e.lastClick.cross, &e.lastClick.ads} {
		b = appendText(appendText(appendText(b, c.source), c.medium), c.name)
		b = appendText(appendText(b, c.content), c.term)
	}
	b = appendInt(b, int64(e.has))
	b = appendInt(b, e.quantity)
	b = appendInt(b, int64(math.Float64bits(e.revenue)))
	b = appendInt(b, int64(math.Float64bits(e.refund)))
	d.content = b
	return b
}

// appendText appends text behind its length.
func appendText(to, text []byte) []byte {
	n := len(text)
	return append(append(to, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)), text...)
}

func appendInt(to []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(to, uint64(n)) }
