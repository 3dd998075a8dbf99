package ga4

import (
	"encoding/binary"
	"math"
	"slices"

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
		if p.head != nil {
			b = append(b, p.head...)
		} else {
			b = p.appendHead(b)
		}
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
	b = appendPart(b, &e.device)
	b = appendPart(b, &e.geo)
	b = appendText(b, e.orderID)
	b = appendPart(b, &e.firstTouch)
	b = appendPart(b, &e.collected)
	b = appendPart(b, &e.lastClick)
	b = appendInt(b, int64(e.has))
	b = appendInt(b, e.quantity)
	b = appendInt(b, int64(math.Float64bits(e.revenue)))
	b = appendInt(b, int64(math.Float64bits(e.refund)))
	d.content = b
	return b
}

func (p *param) appendHead(to []byte) []byte { return append(appendText(to, p.key), byte(p.kind)) }

// part is a part of an event that often is the same as in the event before.
type part interface {
	texts(to []byte) []byte // appends its texts, each behind its length
	known() *form
}

// form is what texts appends, where that is known already.
type form struct{ bytes []byte }

func (f *form) known() *form { return f }

func appendPart(to []byte, p part) []byte {
	if f := p.known(); f.bytes != nil {
		return append(to, f.bytes...)
	}
	return p.texts(to)
}

func (d *device) texts(to []byte) []byte {
	return appendText(appendText(appendText(appendText(to, d.category), d.os), d.browser), d.language)
}

func (g *geo) texts(to []byte) []byte { return appendText(appendText(to, g.country), g.city) }

func (c *campaign) texts(to []byte) []byte {
	if len(c.source)|len(c.medium)|len(c.name)|len(c.content)|len(c.term) == 0 {
		return append(to, noTexts[:]...)
	}
	to = appendText(appendText(appendText(to, c.source), c.medium), c.name)
	return appendText(appendText(to, c.content), c.term)
}

var noTexts [5 * 4]byte // of a campaign that states nothing

func (l *lastClick) texts(to []byte) []byte { return l.ads.texts(l.cross.texts(l.manual.texts(to))) }

// appendText appends text behind its length.
func appendText(to, text []byte) []byte {
	n := len(to)
	to = slices.Grow(to, 4+len(text))[:n+4+len(text)]
	binary.LittleEndian.PutUint32(to[n:], uint32(len(text)))
	copy(to[n+4:], text)
	return to
}

func appendInt(to []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(to, uint64(n)) }
