package ga4

import "bytes"

// splitURL returns host and path of an address, without user, port, query and fragment. A host with nothing behind it
// has path "/"; text without a scheme and // is a path.
func splitURL(url []byte) (host, path []byte) {
	url = withoutQuery(url)
	scheme := bytes.IndexByte(url, ':') + 1 // 0 is none, as in //host/path
	if rest := url[scheme:]; len(rest) < 2 || rest[0] != '/' || rest[1] != '/' {
		return nil, url
	}
	host = url[scheme+2:]
	if slash := bytes.IndexByte(host, '/'); slash >= 0 {
		host, path = host[:slash], host[slash:]
	} else {
		path = rootPath
	}
	if at := bytes.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if colon := bytes.LastIndexByte(host, ':'); colon >= 0 && bytes.IndexByte(host[colon:], ']') < 0 {
		host = host[:colon]
	}
	return host, path
}

var rootPath = []byte("/") // never written to

// withoutQuery cuts query and fragment off.
func withoutQuery(url []byte) []byte {
	if i := bytes.IndexByte(url, '?'); i >= 0 {
		url = url[:i]
	}
	if i := bytes.IndexByte(url, '#'); i >= 0 {
		url = url[:i]
	}
	return url
}

// site remembers the host of the address before: most addresses of an export are of one site.
type site struct {
	origin []byte // like https://www.example.com/
	host   []byte
}

// split is splitURL with the host in lower case; it is valid until the next call.
func (s *site) split(url []byte) (host, path []byte) {
	if len(s.origin) > 0 && bytes.HasPrefix(url, s.origin) {
		return s.host, withoutQuery(url[len(s.origin)-1:])
	}
	host, path = splitURL(url)
	s.origin = s.origin[:0]
	s.host = appendLower(s.host[:0], host)
	// What follows must not be able to change what the origin says: path is url's own and not rootPath, and the first colon is in front of it.
	if length := len(withoutQuery(url)) - len(path); len(host) > 0 && length > 0 && len(path) > 0 && url[length] == '/' && bytes.IndexByte(url[:length], ':') >= 0 {
		s.origin = append(s.origin, url[:length+1]...)
	}
	return s.host, path
}

func appendLower(to, text []byte) []byte {
	for _, b := range text {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		to = append(to, b)
	}
	return to
}
