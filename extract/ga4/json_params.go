package ga4

import "waymark/extract/jsonscan"

// paramReader reads event parameters and user properties. Most of the text of a parameter is its key and its type, and the
// parameters of an event come in much the same order.
type paramReader struct {
	// chain has texts like {"key":"page_title","value":{"string_value": (with a comma before all but the first); their ID is the
	// kind of the value and, by 256, the meaning of the key, their name the head.
	chain   jsonscan.Chain
	unusual jsonscan.Link // stands for a parameter that is written otherwise
	head    []byte
}

// read reads an array of parameters.
func (r *paramReader) read(c *jsonscan.Cursor, params []param) []param {
	if !c.Array() {
		return params
	}
	for link := r.chain.Start(); ; {
		params = append(params, param{})
		p := &params[len(params)-1]
		if next := p.follow(c, link); next != nil {
			link = next
			continue
		}
		from := c.Pos()
		if !c.NextElem() {
			return params[:len(params)-1]
		}
		mark := c.Mark()
		if head := p.readUsual(c); head > 0 {
			r.head = p.appendHead(r.head[:0])
			link = r.chain.Learn(link, c.Between(from, head), r.head, int(p.kind)|int(meaningOf(p.key))<<8)
			continue
		}
		c.Rewind(mark)
		*p = param{}
		p.read(c)
		link = &r.unusual
	}
}

// follow reads the parameter that follows behind a link, or returns nil and leaves it alone.
func (p *param) follow(c *jsonscan.Cursor, behind *jsonscan.Link) *jsonscan.Link {
	mark := c.Mark()
	link := c.Follow(behind)
	if link == nil {
		return nil
	}
	p.head, p.kind, p.means = link.Name, kind(link.ID), meaning(link.ID>>8)
	p.key = p.head[4 : len(p.head)-1]
	if p.readValue(c) && c.Pass(`}}`) {
		return link
	}
	c.Rewind(mark)
	*p = param{}
	return nil
}

func (p *param) readValue(c *jsonscan.Cursor) (ok bool) {
	switch p.kind {
	case isText:
		p.text, ok = c.Text()
	case isInt:
		c.Under(intValue)
		p.number, ok = c.Int64()
	case isDouble:
		c.Under(doubleValue)
		p.double, ok = c.Float()
	}
	return ok
}

var intValue, doubleValue = []byte("int_value"), []byte("double_value") // never written to

// readUsual reads a parameter as BigQuery writes it, {"key":"k","value":{"string_value":"v"}}, and returns where its value begins; when
// it returns 0 it may have read anything.
func (p *param) readUsual(c *jsonscan.Cursor) (value int) {
	if !c.Pass(`{"key":`) {
		return 0
	}
	var ok bool
	if p.key, ok = c.Text(); !ok {
		return 0
	}
	switch {
	case c.Pass(`,"value":{"string_value":`):
		p.kind = isText
	case c.Pass(`,"value":{"int_value":`):
		p.kind = isInt
	case c.Pass(`,"value":{"double_value":`):
		p.kind = isDouble
	default:
		return 0
	}
	value = c.Pos()
	if !p.readValue(c) || !c.Pass(`}}`) {
		return 0
	}
	return value
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
