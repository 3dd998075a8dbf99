package ga4

import (
	"context"

	"waymark/extract"
	"waymark/extract/jsonscan"
	"waymark/schemas"
)

// jsonDecoder decodes chunks of NDJSON.
type jsonDecoder struct {
	cur   jsonscan.Cursor
	event event
	draft drafter
	news  *jsonscan.Watch
	memo  memory

	keys   jsonscan.Chain
	params paramReader
}

// Decode implements extract.Decoder.
func (d *jsonDecoder) Decode(ctx context.Context, c extract.Chunk, sink schemas.Sink) error {
	n := int64(0)
	d.memo.forget() // it was of another chunk
	for rec := range jsonscan.Records(c) {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := d.record(&rec, sink); err != nil {
			return err
		}
	}
	sink.Records(n)
	return nil
}

func (d *jsonDecoder) record(rec *jsonscan.Record, sink schemas.Sink) error {
	if rec.Reason != "" {
		return sink.Reject(rec.Rejection(nil))
	}
	d.cur.Reset(rec.Data)
	d.event.reset()
	d.readEvent()
	if err := d.cur.End(); err != nil {
		d.news.Forget()
		return sink.Reject(rec.Rejection(err))
	}
	d.news.Keep()
	row := sink.Row(schemas.JourneyEvent)
	if p := d.draft.fill(row, &d.event); p.reason != "" {
		return sink.Reject(schemas.Reject{Line: rec.Line, Offset: rec.Offset, Reason: p.reason, Field: p.field, Message: p.message, Record: rec.Data})
	}
	row.Line, row.Offset, row.Raw = rec.Line, rec.Offset, rec.Data
	return sink.Emit(row)
}

// readEvent reads the record under the cursor. Of a key that comes twice the last value wins.
func (d *jsonDecoder) readEvent() {
	c, e, m := &d.cur, &d.event, &d.memo
	if !c.Object() {
		c.Fail(schemas.WrongType, "", "want an object")
		return
	}
	skipped := 0
	for key := c.NextKeyOf(&d.keys, d.keys.Start(), fieldOf); key != nil; key = c.NextKeyOf(&d.keys, key, fieldOf) {
		switch key.ID {
		case eventName:
			e.name, _ = c.String()
		case eventTimestamp:
			e.timestamp = e.int(c, hasTimestamp)
		case eventParams:
			e.params = d.params.read(c, e.params[:0])
		case userID:
			e.userID, _ = c.Text()
		case userPseudoID:
			e.pseudoID, _ = c.Text()
		case bundleID:
			e.bundle = e.int(c, hasBundle)
		case batchPageID:
			e.batchPage = e.int(c, hasBatchPage)
		case batchOrderingID:
			e.batchOrdering = e.int(c, hasBatchOrdering)
		case batchEventIndex:
			e.batchIndex = e.int(c, hasBatchIndex)
		case deviceField:
			remembered(c, m, &m.device, &e.device, readDevice)
		case geoField:
			remembered(c, m, &m.geo, &e.geo, readGeo)
		case trafficSource:
			remembered(c, m, &m.firstTouch, &e.firstTouch, readCampaign)
		case collectedSource:
			remembered(c, m, &m.collected, &e.collected, readCampaign)
		case sessionSource:
			remembered(c, m, &m.lastClick, &e.lastClick, readLastClick)
		case ecommerceField:
			readEcommerce(c, e)
		case userProperties:
			if d.draft.wantProps {
				e.props = d.params.read(c, e.props[:0])
			} else {
				c.SkipAgain(&m.props)
			}
		case newField:
			d.news.Field(c.Key())
			fallthrough
		default:
			c.SkipAgain(&m.skipped[skipped%len(m.skipped)])
			skipped++
		}
	}
}

// int reads an integer and keeps its bit; null takes the bit away.
func (e *event) int(c *jsonscan.Cursor, bit fields) int64 {
	n, ok := c.Int64()
	e.mark(bit, ok)
	return n
}

func (e *event) float(c *jsonscan.Cursor, bit fields) float64 {
	f, ok := c.Float()
	e.mark(bit, ok)
	return f
}

func (e *event) mark(bit fields, ok bool) {
	if ok {
		e.has |= bit
	} else {
		e.has &^= bit
	}
}

func readDevice(c *jsonscan.Cursor, e *device) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "category":
			e.category, _ = c.Text()
		case "operating_system":
			e.os, _ = c.Text()
		case "language":
			e.language, _ = c.Text()
		case "browser":
			if b, ok := c.Text(); ok && len(e.browser) == 0 {
				e.browser = b
			}
		case "web_info":
			readWebInfo(c, e)
		default:
			c.Skip()
		}
	}
}

func readWebInfo(c *jsonscan.Cursor, e *device) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		if string(c.Key()) != "browser" {
			c.Skip()
		} else if b, _ := c.Text(); len(b) > 0 {
			e.browser = b
		}
	}
}

func readGeo(c *jsonscan.Cursor, e *geo) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "country":
			e.country, _ = c.Text()
		case "city":
			e.city, _ = c.Text()
		default:
			c.Skip()
		}
	}
}
