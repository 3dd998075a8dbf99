package zendesk

import "waymark/extract/field"

var (
	hold   = []byte("hold")
	solved = []byte("solved")
	closed = []byte("closed")
)

// status gives the one spelling of a status. What is none of Zendesk's own stays as it is.
func status(text []byte) []byte {
	for _, s := range spellings {
		if field.Is(text, s.spelling) {
			return s.status
		}
	}
	return text
}

type spelling struct {
	spelling string
	status   []byte
}

var spellings = [...]spelling{
	{"new", []byte("new")}, {"open", []byte("open")}, {"pending", []byte("pending")}, {"hold", hold}, {"on-hold", hold},
	{"on_hold", hold}, {"on hold", hold}, {"onhold", hold}, {"solved", solved}, {"closed", closed}, {"deleted", []byte("deleted")},
}

// done reports whether a ticket in this status needs nobody any more.
func done(status []byte) bool { return string(status) == "solved" || string(status) == "closed" }
