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
	for c.NextKey() {
		switch string(c.Key()) {
		case "event_name":
			e.name, _ = c.String()
		case "event_timestamp":
			e.timestamp = e.int(c, hasTimestamp)
		case "event_params":
			e.params = m.readParams(c, e.params[:0])
		case "user_id":
			e.userID, _ = c.Text()
		case "user_pseudo_id":
			e.pseudoID, _ = c.Text()
		case "event_bundle_sequence_id":
			e.bundle = e.int(c, hasBundle)
		case "batch_page_id":
			e.batchPage = e.int(c, hasBatchPage)
		case "batch_ordering_id":
			e.batchOrdering = e.int(c, hasBatchOrdering)
		case "batch_event_index":
			e.batchIndex = e.int(c, hasBatchIndex)
		case "device":
			remembered(c, &m.device, &e.device, readDevice)
		case "geo":
			remembered(c, &m.geo, &e.geo, readGeo)
		case "traffic_source":
			remembered(c, &m.firstTouch, &e.firstTouch, readCampaign)
		case "collected_traffic_source":
			remembered(c, &m.collected, &e.collected, readCampaign)
		case "session_traffic_source_last_click":
			remembered(c, &m.lastClick, &e.lastClick, readLastClick)
		case "ecommerce":
			readEcommerce(c, e)
		case "user_properties":
			if d.draft.wantProps {
				e.props = readParams(c, e.props[:0])
			} else {
				c.SkipAgain(&m.props)
			}
		default:
			d.news.Field(c.Key())
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

func readParams(c *jsonscan.Cursor, params []param) []param {
	if !c.Array() {
		return params
	}
	for c.NextElem() {
		params = append(params, param{})
		readParam(c, &params[len(params)-1])
	}
	return params
}

func readParam(c *jsonscan.Cursor, p *param) {
	if m := c.Mark(); !p.readUsual(c) {
		c.Rewind(m)
		*p = param{}
		p.read(c)
	}
}

// readUsual reads a parameter as BigQuery writes it, {"key":"k","value":{"string_value":"v"}}; when it returns false it
// may have read anything.
func (p *param) readUsual(c *jsonscan.Cursor) bool {
	if !c.Pass(`{"key":`) {
		return false
	}
	var ok bool
	if p.key, ok = c.Text(); !ok {
		return false
	}
	switch {
	case c.Pass(`,"value":{"string_value":`):
		p.text, ok = c.Text()
		p.kind = isText
	case c.Pass(`,"value":{"int_value":`):
		p.number, ok = c.Int64()
		p.kind = isInt
	default:
		return false
	}
	return ok && c.Pass(`}}`)
}

// read reads any parameter.
func (p *param) read(c *jsonscan.Cursor) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "key":
			p.key, _ = c.Text()
		case "value":
			readParamValue(c, p)
		default:
			c.Skip()
		}
	}
}

func readParamValue(c *jsonscan.Cursor, p *param) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "string_value":
			if s, ok := c.Text(); ok && p.takes(isText) {
				p.text, p.kind = s, isText
			}
		case "int_value":
			if n, ok := c.Int64(); ok && p.takes(isInt) {
				p.number, p.kind = n, isInt
			}
		case "double_value", "float_value":
			if f, ok := c.Float(); ok && p.takes(isDouble) {
				p.double, p.kind = f, isDouble
			}
		default:
			c.Skip()
		}
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
