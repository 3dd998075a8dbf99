package content

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/transform"
)

// ErrEncoding says that the text is in an encoding that cannot be read.
var ErrEncoding = errors.New("the text's encoding is not supported")

// ToUTF8 returns r's text as UTF-8 without a byte order mark. A mark (UTF-8, UTF-16 little or big endian) decides, whatever
// encoding says; without one, encoding names the code page ("windows-1250", "iso-8859-2", "utf-16le", …) and "" is UTF-8.
func ToUTF8(r io.Reader, encoding string) (io.Reader, error) {
	named, err := lookUp(encoding)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, err := readHead(r, head)
	if err != nil {
		return nil, err
	}
	head = head[:n]
	marked, length, err := byteOrderMark(head)
	if err != nil {
		return nil, err
	}
	if length > 0 {
		named = marked
	}
	text := io.MultiReader(bytes.NewReader(head[length:]), r)
	if named == nil {
		return text, nil
	}
	return transform.NewReader(text, named()), nil
}

// CheckEncoding returns an error when name is not an encoding that ToUTF8 knows.
func CheckEncoding(name string) error {
	_, err := lookUp(name)
	return err
}

// decoder makes a new transformer to UTF-8; nil is no transformation at all.
type decoder func() transform.Transformer

// byteOrderMark recognises a mark and returns its length, 0 for none.
func byteOrderMark(head []byte) (decoder, int, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return nil, 3, nil
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return nil, 0, fmt.Errorf("%w: it is UTF-32", ErrEncoding)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return littleEndian, 2, nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return bigEndian, 2, nil
	}
	return nil, 0, nil
}

func littleEndian() transform.Transformer { return &utf16Decoder{high: 1} }
func bigEndian() transform.Transformer    { return &utf16Decoder{high: 0} }

func lookUp(name string) (decoder, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return nil, nil
	case "utf-16", "utf-16le", "utf16", "utf16le":
		return littleEndian, nil
	case "utf-16be", "utf16be":
		return bigEndian, nil
	}
	found, err := htmlindex.Get(name)
	if err != nil {
		found, err = ianaindex.IANA.Encoding(name)
	}
	if err != nil || found == nil || found == encoding.Replacement {
		return nil, fmt.Errorf("%w: %q (for example utf-8, utf-16le, windows-1250, windows-1251, iso-8859-2)", ErrEncoding, name)
	}
	if page, ok := found.(*charmap.Charmap); ok {
		table := newCodePage(page)
		return func() transform.Transformer { return table }, nil
	}
	return func() transform.Transformer { return found.NewDecoder() }, nil
}

// undefined stands for what the encoding does not define: a byte that no UTF-8 text contains.
const undefined = 0xff

// codePage decodes a single-byte encoding.
type codePage struct {
	transform.NopResetter
	text [256][4]byte
	size [256]uint8
}

func newCodePage(page *charmap.Charmap) *codePage {
	c := &codePage{}
	for b := range 256 {
		if r := page.DecodeByte(byte(b)); r == utf8.RuneError {
			c.text[b][0], c.size[b] = undefined, 1
		} else {
			c.size[b] = uint8(utf8.EncodeRune(c.text[b][:], r))
		}
	}
	return c
}

func (c *codePage) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for _, b := range src {
		size := int(c.size[b])
		if nDst+size > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], c.text[b][:size])
		nSrc++
	}
	return nDst, nSrc, nil
}

// utf16Decoder decodes UTF-16; high is the place of a unit's high byte.
type utf16Decoder struct {
	transform.NopResetter
	high int
}

func (d *utf16Decoder) unit(src []byte) rune { return rune(src[d.high])<<8 | rune(src[1-d.high]) }

func (d *utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		r, size := rune(-1), 2
		switch {
		case len(rest) == 1 && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		case len(rest) == 1:
			size = 1
		default:
			r = d.unit(rest)
		}
		if r >= 0xd800 && r < 0xdc00 {
			if len(rest) < 4 && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r, size = d.pair(r, rest)
		}
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if r < 0 || r >= 0xd800 && r < 0xe000 {
			dst[nDst] = undefined
			nDst++
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

// pair joins the high surrogate r with the low one after it; a high one alone is undefined.
func (d *utf16Decoder) pair(r rune, rest []byte) (rune, int) {
	if len(rest) >= 4 {
		if low := d.unit(rest[2:]); low >= 0xdc00 && low < 0xe000 {
			return (r-0xd800)<<10 | (low - 0xdc00) + 0x10000, 4
		}
	}
	return -1, 2
}
