package privacy

// Where a jsonWalk stands.
const (
	wantValue = iota // at the start of a value
	wantName         // after { or , in an object
	afterName        // a name was read, : must follow
	afterItem        // a value was read, , or an end must follow
)

const maxDepth = 64

// jsonWalk knows after each token whether a string is a member's name.
type jsonWalk struct {
	state   int
	depth   int
	objects uint64 // bit d: level d is an object
}

// text takes a string token; false means that none may stand here.
func (w *jsonWalk) text() bool {
	switch w.state {
	case wantName:
		w.state = afterName
	case wantValue:
		w.state = afterItem
	default:
		return false
	}
	return true
}

// step takes any other token by its first byte; false means that it may not stand here.
func (w *jsonWalk) step(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n':
		return true
	case '{', '[':
		return w.open(c == '{')
	case '}', ']':
		return w.close(c == '}')
	case ':':
		if w.state != afterName {
			return false
		}
		w.state = wantValue
		return true
	case ',':
		if w.state != afterItem || w.depth == 0 {
			return false
		}
		w.state = wantValue
		if w.inObject() {
			w.state = wantName
		}
		return true
	}
	if w.state != wantValue || !startsScalar(c) {
		return false
	}
	w.state = afterItem
	return true
}

func startsScalar(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f' || c == 'n'
}

func (w *jsonWalk) inObject() bool { return w.objects>>(w.depth-1)&1 == 1 }

func (w *jsonWalk) open(object bool) bool {
	if w.state != wantValue || w.depth == maxDepth {
		return false
	}
	w.objects &^= 1 << w.depth
	w.state = wantValue
	if object {
		w.objects |= 1 << w.depth
		w.state = wantName
	}
	w.depth++
	return true
}

// close accepts an empty or a complete container; that a trailing comma passes too does no harm here.
func (w *jsonWalk) close(object bool) bool {
	if w.depth == 0 || w.inObject() != object || w.state == afterName {
		return false
	}
	w.depth--
	w.state = afterItem
	return true
}
