package ga4

import (
	"strings"
	"testing"
)

// A site gives what splitURL gives, whatever it saw before.
func FuzzSite(f *testing.F) {
	for _, url := range []string{"https://www.Example.com/a/b?c#d", "https://www.example.com/", "https://www.example.com", "https://www.example.com?x=/y",
		"//user@host:80/p", "/path", "", "android-app://com.example/", "https://host#/x/", "http://[::1]:8080/x", "a:b//c/d", "https:///x"} {
		f.Add(url, "https://www.example.com/a/b")
		f.Add("https://www.example.com/x", url)
	}
	f.Add("//host/x", "//host/a:b")
	f.Fuzz(func(t *testing.T, a, b string) {
		var s site
		for _, url := range []string{a, b, a, a, b} {
			host, path := splitURL([]byte(url))
			gotHost, gotPath := s.split([]byte(url))
			if want := string(appendLower(nil, host)); string(gotHost) != want || string(gotPath) != string(path) {
				t.Fatalf("%q after %q: host %q, path %q, want %q and %q", url, strings.Join([]string{a, b}, " "), gotHost, gotPath, want, path)
			}
		}
	})
}
