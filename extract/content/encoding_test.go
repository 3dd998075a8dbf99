package content

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

func toUTF8(data, encoding string) (string, error) {
	r, err := ToUTF8(strings.NewReader(data), encoding)
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(r)
	return string(out), err
}

func units(order binary.AppendByteOrder, text string) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

func TestToUTF8(t *testing.T) {
	long := strings.Repeat("zażółć gęślą jaźń, 👋 привет\n", 3000)
	for _, c := range []struct{ name, data, encoding, want string }{
		{"nothing", "", "", ""},
		{"ascii", "abc", "", "abc"},
		{"UTF-8", long, "", long},
		{"UTF-8 with mark", "\ufeff" + long, "", long},
		{"only a mark", "\ufeff", "utf-8", ""},
		{"only one mark goes", "\ufeff\ufeffa", "", "\ufeffa"},
		{"invalid UTF-8 is left to the scanner", "a\xffb", "", "a\xffb"},
		{"UTF-16LE with mark", "\xff\xfe" + units(binary.LittleEndian, long), "", long},
		{"UTF-16BE with mark", "\xfe\xff" + units(binary.BigEndian, long), "", long},
		{"UTF-16LE named", units(binary.LittleEndian, long), "utf-16le", long},
		{"UTF-16BE named", units(binary.BigEndian, long), "UTF-16BE", long},
		{"UTF-16 mark, nothing else", "\xff\xfe", "", ""},
		{"lone high surrogate", "\xfe\xff\x00a\xd8\x3d\x00b", "", "a\xffb"},
		{"lone low surrogate", "\xfe\xff\xdc\x4b\x00b", "", "\xffb"},
		{"high surrogate at the end", "\xfe\xff\xd8\x3d", "", "\xff"},
		{"half a unit", "\xff\xfea\x00b", "", "a\xff"},
		{"replacement character is text", "\xfe\xff\xff\xfd", "", "\ufffd"},
		{"windows-1250", "za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 ja\x9f\xf1", "windows-1250", "zażółć gęślą jaźń"},
		{"cp1250", "\xa3\xf3d\x9f", "cp1250", "Łódź"},
		{"windows-1251", "\xef\xf0\xe8\xe2\xe5\xf2", "windows-1251", "привет"},
		{"iso-8859-2", "za\xbf\xf3\xb3\xe6", "ISO-8859-2", "zażółć"},
		{"windows-1252", "\x80 5", "windows-1252", "€ 5"},
		{"ibm852", "\x9d\xa2d\xab", "IBM852", "Łódź"},
		{"undefined byte", "a\x98b", "windows-1251", "a\xffb"},
		{"a mark wins over the name", "\ufeffż", "windows-1250", "ż"},
		{"shift_jis", "\x93\xfa\x96\x7b", "shift_jis", "日本"},
	} {
		if got, err := toUTF8(c.data, c.encoding); err != nil || got != c.want {
			t.Errorf("%s: %.40q, %v; want %.40q", c.name, got, err, c.want)
		}
		r, err := ToUTF8(iotest.OneByteReader(strings.NewReader(c.data)), c.encoding)
		if err != nil {
			t.Errorf("%s, byte by byte: %v", c.name, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != c.want {
			t.Errorf("%s, byte by byte: %.40q, %v; want %.40q", c.name, got, err, c.want)
		}
	}
}

func TestToUTF8Refuses(t *testing.T) {
	for _, name := range []string{"klingon", "iso-2022-cn", "utf-7"} {
		if _, err := toUTF8("x", name); !errors.Is(err, ErrEncoding) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want ErrEncoding", name, err)
		}
		if CheckEncoding(name) == nil {
			t.Errorf("CheckEncoding accepts %s", name)
		}
	}
	for _, data := range []string{"\xff\xfe\x00\x00a\x00\x00\x00", "\x00\x00\xfe\xff\x00\x00\x00a"} {
		if _, err := toUTF8(data, ""); !errors.Is(err, ErrEncoding) {
			t.Errorf("UTF-32: %v, want ErrEncoding", err)
		}
	}
	broken := errors.New("the network is down")
	for n := range 8 {
		r, err := ToUTF8(io.MultiReader(strings.NewReader("\xff\xfea\x00b\x00c\x00"[:n]), iotest.ErrReader(broken)), "")
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v, want the reader's own error", n, err)
		}
	}
}

func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00\x3d\xd8\x4b\xdc"), "")
	f.Add([]byte("za\xbf\xf3\xb3\xe6"), "windows-1250")
	f.Add([]byte("\xd8\x3d\xdc\x4b\xd8\x00"), "utf-16be")
	f.Add([]byte("\x93\xfa"), "shift_jis")
	f.Fuzz(func(t *testing.T, data []byte, encoding string) {
		got, err := toUTF8(string(data), encoding)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Fatalf("error of no kind: %v", err)
			}
			return
		}
		if encoding != "utf-16be" || len(data)%2 != 0 || len(data) >= 2 && (data[0] >= 0xfe || data[0] == 0xef) || len(data) >= 4 && data[2] == 0xfe {
			return
		}
		want := make([]uint16, 0, len(data)/2)
		for i := 0; i < len(data); i += 2 {
			want = append(want, binary.BigEndian.Uint16(data[i:]))
		}
		oracle := string(utf16.Decode(want)) // which puts U+FFFD where we put a byte that is no text
		if strings.ReplaceAll(got, "\xff", "\ufffd") != oracle {
			t.Fatalf("%q, want %q", got, oracle)
		}
	})
}
