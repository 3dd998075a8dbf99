// Package architecture holds the tests of the rules that no single package can check: which layer may import which,
// and which package alone may import a vendor's library.
package architecture
