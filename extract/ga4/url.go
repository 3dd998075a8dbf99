package ga4

import "bytes"

// splitURL returns host and path of an address, without user, port, query and fragment. A host with nothing behind it
// has path "/"; text without a scheme and // is a path.
func splitURL(url []byte) (host, path []byte) {
	if i := bytes.IndexByte(url, '?'); i >= 0 {
		url = url[:i]
	}
	if i := bytes.IndexByte(url, '#'); i >= 0 {
		url = url[:i]
	}
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

// lower returns host in lower case; it copies only where there is something to change.
func (d *drafter) lower(host []byte) []byte {
	for _, b := range host {
		if 'A' <= b && b <= 'Z' {
			from := len(d.scratch)
			d.scratch = append(d.scratch, host...)
			made := d.scratch[from:len(d.scratch):len(d.scratch)]
			for i, b := range made {
				if 'A' <= b && b <= 'Z' {
					made[i] = b + 'a' - 'A'
				}
			}
			return made
		}
	}
	return host
}
