package jsonscan

// matcher finds the end of a value by its brackets and quotes alone, over any number of buffers, so that a value
// that is balanced but malformed inside is still one record. It goes on where it stopped.
type matcher struct {
	objects  [MaxDepth/64 + 2]uint64 // one bit per level: it is an object
	depth    int
	inString bool
	escaped  bool
	inScalar bool
}

type matchState uint8

const (
	unmatched matchState = iota // more text is needed
	matched
	broken // brackets do not pair, a string spans lines, or nested too deep
)

// feed goes on at data[i] and returns the end of the value when matched, or the place at fault when broken.
func (m *matcher) feed(data []byte, i int) (int, matchState) {
	for i < len(data) {
		if m.inString {
			var state matchState
			if i, state = m.feedString(data, i); state == broken {
				return i, broken
			} else if m.inString {
				continue
			}
			if m.depth == 0 {
				return i, matched
			}
			continue
		}
		b := data[i]
		if m.inScalar {
			if isSpace(b) || b == ',' || b == ']' || b == '}' {
				return i, matched
			}
			i++
			continue
		}
		switch b {
		case '"':
			m.inString = true
		case '{', '[':
			if !m.open(b == '{') {
				return i, broken
			}
		case '}', ']':
			if !m.close(b == '}') {
				return i, broken
			}
			if m.depth == 0 {
				return i + 1, matched
			}
		default:
			m.inScalar = m.depth == 0
		}
		i++
	}
	return i, unmatched
}

// feedString goes on inside a string.
func (m *matcher) feedString(data []byte, i int) (int, matchState) {
	if m.escaped {
		m.escaped = false
		return i + 1, unmatched
	}
	i, _ = plain(data, i)
	if i == len(data) {
		return i, unmatched
	}
	switch data[i] {
	case '"':
		m.inString = false
	case '\\':
		m.escaped = true
	default:
		if data[i] == '\n' {
			return i, broken
		}
	}
	return i + 1, unmatched
}

func (m *matcher) open(object bool) bool {
	if m.depth++; m.depth > MaxDepth+1 {
		return false
	}
	bit := uint64(1) << (m.depth & 63)
	if object {
		m.objects[m.depth>>6] |= bit
	} else {
		m.objects[m.depth>>6] &^= bit
	}
	return true
}

func (m *matcher) close(object bool) bool {
	if m.depth == 0 || m.objects[m.depth>>6]>>(m.depth&63)&1 != 0 != object {
		return false
	}
	m.depth--
	return true
}

// match finds the end of the value at data[i].
func match(data []byte, i int) (int, matchState) {
	var m matcher
	return m.feed(data, i)
}
