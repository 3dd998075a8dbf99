package jsonscan

// Chain foretells what comes next in records that machines write: the same keys in much the same order. It holds texts
// such as `,"event_name":`, each with those that came behind it last, and to compare the record with those costs a
// fraction of reading it.
//
//	link := chain.Start()
//	for {
//		from := c.Pos()
//		next := c.Follow(link)
//		if next == nil {
//			… read what comes, up to a value …
//			next = chain.Learn(link, c.Between(from, c.Pos()), name, id)
//		}
//		… read the value …
//		link = next
//	}
//
// It is sound because a text is a run of whole tokens that is followed only where it was read before: behind Start, or
// behind a value. Like a decoder it serves one goroutine, and one export; the zero value foretells nothing.
type Chain struct {
	start Link
	links map[string]*Link // by text
	odd   Link             // the newest that is not kept
}

// Link is a text of a Chain, and what its reader made of it.
type Link struct {
	ID   int
	Name []byte // lives as long as the chain; nobody writes to it

	text string
	next [2]*Link // what came behind it, the last one first
}

// What a chain keeps: more, or longer, is no text that comes again and again.
const (
	maxLinks    = 512
	maxLinkText = 256
)

// Start is in front of the first text.
func (ch *Chain) Start() *Link { return &ch.start }

// Learn takes note that text, which stands for name and id, came behind a link. A text with bytes above 0x7f is not
// kept: what follows a link does not look at its text.
func (ch *Chain) Learn(behind *Link, text, name []byte, id int) *Link {
	link := ch.links[string(text)]
	if link == nil {
		if len(ch.links) >= maxLinks || len(text) > maxLinkText || !isASCII(text) {
			ch.odd = Link{ID: id, Name: name}
			return &ch.odd
		}
		if ch.links == nil {
			ch.links = map[string]*Link{}
		}
		link = &Link{ID: id, Name: append([]byte{}, name...), text: string(text)}
		ch.links[link.text] = link
	}
	if behind.next[0] != link {
		behind.next = [2]*Link{link, behind.next[0]}
	}
	return link
}

// Follow moves over the text of a link that came behind last before, when it comes now; else it returns nil and stays.
func (c *Cursor) Follow(last *Link) *Link {
	if l := last.next[0]; l != nil && c.Pass(l.text) {
		c.first = false
		return l
	}
	if l := last.next[1]; l != nil && c.Pass(l.text) {
		last.next = [2]*Link{l, last.next[0]}
		c.first = false
		return l
	}
	return nil
}

// NextKeyOf is NextKey of an object whose keys ch foretells: behind is the link of the key before, or Start. It returns the
// key's link, whose ID is what id makes of it, or nil at the object's end.
func (c *Cursor) NextKeyOf(ch *Chain, behind *Link, id func(key []byte) int) *Link {
	if l := c.Follow(behind); l != nil {
		c.key = l.Name
		return l
	}
	from := c.pos
	if !c.NextKey() {
		return nil
	}
	return ch.Learn(behind, c.Between(from, c.pos), c.key, id(c.key))
}

// Under says which key the next value stands under, for an error: it is part of a text that was followed.
func (c *Cursor) Under(key []byte) { c.key = key }

// Between returns the text between two positions, both at most the current one.
func (c *Cursor) Between(from, to int) []byte { return c.data[from:to:to] }
