package ga4

// event is one record of the export as both decoders see it. Text is a view that is valid until the next record;
// absent text is nil or empty, absent numbers lack their bit in has.
type event struct {
	has       fields
	name      []byte
	timestamp int64 // µs
	userID    []byte
	pseudoID  []byte // user_pseudo_id

	bundle, batchPage, batchOrdering, batchIndex int64

	params []param
	props  []param // user_properties, only where the configuration asks for them

	device
	geo

	firstTouch, collected campaign
	lastClick             lastClick

	orderID         []byte // ecommerce.transaction_id
	quantity        int64
	revenue, refund float64
}

// fields says which numbers of an event are present, and orderID, for which empty is not absent.
type fields uint16

const (
	hasTimestamp fields = 1 << iota
	hasBundle
	hasBatchPage
	hasBatchOrdering
	hasBatchIndex
	hasOrderID
	hasQuantity
	hasRevenue
	hasRefund
)

// device is what the visitor used.
type device struct {
	category, os, browser, language []byte
	form
}

// geo is where the visitor was.
type geo struct {
	country, city []byte
	form
}

// lastClick is what brought the session, as three of Google's products see it.
type lastClick struct {
	manual, cross, ads campaign
	form
}

// campaign is one of the places where an event says what brought the visitor.
type campaign struct {
	source, medium, name, content, term []byte
	form
}

// param is one event parameter or user property.
type param struct {
	key    []byte
	text   []byte
	number int64
	double float64 // float_value or double_value
	kind   kind
	means  meaning // of its key, where it was looked up already
	head   []byte  // key and kind as contentOf has them, where that is known already
}

// kind is the type of a param's value.
type kind uint8

const (
	none kind = iota
	isText
	isInt
	isDouble
)

// reset empties e and keeps its memory.
func (e *event) reset() {
	params, props := e.params[:0], e.props[:0]
	*e = event{params: params, props: props}
}
