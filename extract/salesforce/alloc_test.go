package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"waymark/extract"
	"waymark/extract/exporttest"
	"waymark/schemas"
)

// null takes rows and forgets them.
type null struct {
	drafts [2]*schemas.Row
	rows   int
}

func (k *null) Row(t *schemas.Table) *schemas.Row {
	for i := range k.drafts {
		if k.drafts[i] == nil {
			k.drafts[i] = schemas.NewRow(t)
		}
		if k.drafts[i].Table == t {
			k.drafts[i].Reset()
			return k.drafts[i]
		}
	}
	return nil
}
func (k *null) Emit(*schemas.Row) error     { k.rows++; return nil }
func (k *null) Reject(schemas.Reject) error { return errors.New("a record was rejected") }
func (k *null) Records(int64)               {}

// contacts returns a generated Contact export of about size bytes with the columns of a real one.
func contacts(size int) []byte {
	var b bytes.Buffer
	b.WriteString("Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,Salutation,Name,OtherStreet,OtherCity,OtherState,OtherPostalCode,OtherCountry,MailingStreet,MailingCity,MailingState," +
		"MailingPostalCode,MailingCountry,Phone,Fax,MobilePhone,HomePhone,OtherPhone,ReportsToId,Email,Title,Department,LeadSource,Birthdate,Description,OwnerId,HasOptedOutOfEmail,DoNotCall,CreatedDate," +
		"CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,LastActivityDate,Level__c\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "003A%011dAAA,,,001A%011dAAA,Doe%d,Jo,Ms.,Jo Doe%d,,,,,,\"%d Long Road\nFlat %d\",Oslo,,0%04d,Norway,2%07d,,4%07d,,,,jo.doe%d@example.com,,Sales,Web,1980-01-01,,005A00000000001AAA,false,true,"+
			"2024-01-22T14:49:34.000+0000,005A00000000001AAA,2024-01-23T14:49:34.000+0000,005A00000000001AAA,2024-01-23T17:49:49.000+0000,2024-01-23,gold\n", i, i/7, i, i, i%90, i%9, i%9999, i, i, i)
	}
	return b.Bytes()
}

func opened(tb testing.TB, data []byte) (extract.Decoder, []extract.Chunk) {
	s, err := export(tb, "Contact").Open(context.Background(), exporttest.Input(data, 1), extract.Options{Country: "NO", Fields: map[string]string{"Level__c": "attributes.level"}})
	if err != nil {
		tb.Fatal(err)
	}
	var chunks []extract.Chunk
	for {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return s.NewDecoder(), chunks
		}
		if err != nil {
			tb.Fatal(err)
		}
		chunks = append(chunks, c)
	}
}

func TestContactDoesNotAllocate(t *testing.T) {
	d, chunks := opened(t, contacts(200_000))
	sink := &null{}
	decode := func() {
		for _, c := range chunks {
			if err := d.Decode(context.Background(), c, sink); err != nil {
				t.Fatal(err)
			}
		}
	}
	decode()
	if n := testing.AllocsPerRun(3, decode); n != 0 {
		t.Errorf("%v allocations for %d rows", n, sink.rows/5)
	}
}

func BenchmarkContact(b *testing.B) {
	data := contacts(16 << 20)
	d, chunks := opened(b, data)
	sink := &null{}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range chunks {
			if err := d.Decode(context.Background(), c, sink); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(sink.rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// Whatever the text, every object decodes without a panic, and each record gives rows or a reject.
func FuzzDecode(f *testing.F) {
	for i, o := range objects() {
		text := "Id"
		for _, s := range o.sources()[1:] {
			text += "," + srcNames[s]
		}
		f.Add(uint8(i), []byte(text+"\n006A00000000001AAA,1,2024-01-22T14:49:34.000+0000,2024-01-22,,005A00000000001AAA,PLN,\"a\"\"b\",1,2,3\n,,,\n"))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		all := Exports()
		e := all[int(which)%len(all)]
		got, err := exporttest.Read(t, e, data, extract.Options{TimeZone: "Europe/Warsaw", Currency: "PLN", ChunkBytes: 64, MaxRecord: 1 << 16})
		var q *extract.Quarantine
		if err != nil {
			if !errors.As(err, &q) {
				t.Fatal(err)
			}
			return
		}
		rows := 0
		for _, list := range got.Tables {
			rows += len(list)
		}
		if history := strings.HasSuffix(e.Name, "History"); !history && int64(rows+len(got.Rejects)) < got.Records {
			t.Fatalf("%d records give %d rows and %d rejects", got.Records, rows, len(got.Rejects))
		}
	})
}
