package ga4

import "waymark/extract/parquetscan"

// Positions in columns.
const (
	cName = iota
	cTimestamp
	cUserID
	cPseudoID
	cBundle
	cBatchPage
	cBatchOrdering
	cBatchIndex
	cCategory
	cOS
	cLanguage
	cDeviceBrowser
	cBrowser
	cCountry
	cCity
	cOrderID
	cQuantity
	cRevenue
	cRefund
	cParams                  // key, string, int, float, double
	cFirst     = cParams + 5 // source, medium, name
	cCollected = cFirst + 3  // source, medium, name, content, term
	cManual    = cCollected + 5
	cCross     = cManual + 5 // source, medium, name
	cAds       = cCross + 3  // name
	cProps     = cAds + 1    // like cParams; read only where they are asked for
)

// columns are the leaf columns that an event is read from.
var columns = []parquetscan.Field{
	{Path: "event_name", Required: true},
	{Path: "event_timestamp", Type: parquetscan.Int, Required: true},
	{Path: "user_id"},
	{Path: "user_pseudo_id"},
	{Path: "event_bundle_sequence_id", Type: parquetscan.Int},
	{Path: "batch_page_id", Type: parquetscan.Int},
	{Path: "batch_ordering_id", Type: parquetscan.Int},
	{Path: "batch_event_index", Type: parquetscan.Int},
	{Path: "device.category"},
	{Path: "device.operating_system"},
	{Path: "device.language"},
	{Path: "device.browser"},
	{Path: "device.web_info.browser"},
	{Path: "geo.country"},
	{Path: "geo.city"},
	{Path: "ecommerce.transaction_id"},
	{Path: "ecommerce.total_item_quantity", Type: parquetscan.Int},
	{Path: "ecommerce.purchase_revenue", Type: parquetscan.Float},
	{Path: "ecommerce.refund_value", Type: parquetscan.Float},
	{Path: "event_params.key", List: true, Required: true},
	{Path: "event_params.value.string_value", List: true},
	{Path: "event_params.value.int_value", Type: parquetscan.Int, List: true},
	{Path: "event_params.value.float_value", Type: parquetscan.Float, List: true},
	{Path: "event_params.value.double_value", Type: parquetscan.Float, List: true},
	{Path: "traffic_source.source"},
	{Path: "traffic_source.medium"},
	{Path: "traffic_source.name"},
	{Path: "collected_traffic_source.manual_source"},
	{Path: "collected_traffic_source.manual_medium"},
	{Path: "collected_traffic_source.manual_campaign_name"},
	{Path: "collected_traffic_source.manual_content"},
	{Path: "collected_traffic_source.manual_term"},
	{Path: "session_traffic_source_last_click.manual_campaign.source"},
	{Path: "session_traffic_source_last_click.manual_campaign.medium"},
	{Path: "session_traffic_source_last_click.manual_campaign.campaign_name"},
	{Path: "session_traffic_source_last_click.manual_campaign.content"},
	{Path: "session_traffic_source_last_click.manual_campaign.term"},
	{Path: "session_traffic_source_last_click.cross_channel_campaign.source"},
	{Path: "session_traffic_source_last_click.cross_channel_campaign.medium"},
	{Path: "session_traffic_source_last_click.cross_channel_campaign.campaign_name"},
	{Path: "session_traffic_source_last_click.google_ads_campaign.campaign_name"},
	{Path: "user_properties.key", List: true},
	{Path: "user_properties.value.string_value", List: true},
	{Path: "user_properties.value.int_value", Type: parquetscan.Int, List: true},
	{Path: "user_properties.value.float_value", Type: parquetscan.Float, List: true},
	{Path: "user_properties.value.double_value", Type: parquetscan.Float, List: true},
}

// read fills e from the current row.
func (d *parquetDecoder) read(e *event) {
	e.name = d.text(cName)
	e.timestamp = d.int(e, cTimestamp, hasTimestamp)
	e.userID, e.pseudoID = d.text(cUserID), d.text(cPseudoID)
	e.bundle = d.int(e, cBundle, hasBundle)
	e.batchPage = d.int(e, cBatchPage, hasBatchPage)
	e.batchOrdering = d.int(e, cBatchOrdering, hasBatchOrdering)
	e.batchIndex = d.int(e, cBatchIndex, hasBatchIndex)
	e.category, e.os, e.language = d.text(cCategory), d.text(cOS), d.text(cLanguage)
	if e.browser = d.text(cBrowser); len(e.browser) == 0 {
		e.browser = d.text(cDeviceBrowser)
	}
	e.country, e.city = d.text(cCountry), d.text(cCity)
	id, ok := d.rows.Text(cOrderID, 0)
	e.orderID = id
	e.mark(hasOrderID, ok)
	e.quantity = d.int(e, cQuantity, hasQuantity)
	e.revenue = d.float(e, cRevenue, hasRevenue)
	e.refund = d.float(e, cRefund, hasRefund)
	e.firstTouch = d.campaign(cFirst, 3)
	e.collected = d.campaign(cCollected, 5)
	e.lastClick.manual = d.campaign(cManual, 5)
	e.lastClick.cross = d.campaign(cCross, 3)
	e.lastClick.ads.name = d.text(cAds)
	e.lastClick.settle()
	e.params = d.params(e.params[:0], cParams)
	if d.draft.wantProps {
		e.props = d.params(e.props[:0], cProps)
	}
}

func (d *parquetDecoder) text(col int) []byte {
	t, _ := d.rows.Text(col, 0)
	return t
}

func (d *parquetDecoder) int(e *event, col int, bit fields) int64 {
	n, ok := d.rows.Int(col, 0)
	e.mark(bit, ok)
	return n
}

func (d *parquetDecoder) float(e *event, col int, bit fields) float64 {
	f, ok := d.rows.Float(col, 0)
	e.mark(bit, ok)
	return f
}

// campaign reads source, medium and name, and with them content and term where n is 5.
func (d *parquetDecoder) campaign(col, n int) campaign {
	c := campaign{source: d.text(col), medium: d.text(col + 1), name: d.text(col + 2)}
	if n == 5 {
		c.content, c.term = d.text(col+3), d.text(col+4)
	}
	return c
}

func (d *parquetDecoder) params(to []param, col int) []param {
	for i := range d.rows.Len(col) {
		var p param
		p.key, _ = d.rows.Text(col, i)
		if t, ok := d.rows.Text(col+1, i); ok {
			p.text, p.kind = t, isText
		} else if n, ok := d.rows.Int(col+2, i); ok {
			p.number, p.kind = n, isInt
		} else if f, ok := d.rows.Float(col+3, i); ok {
			p.double, p.kind = f, isDouble
		} else if f, ok := d.rows.Float(col+4, i); ok {
			p.double, p.kind = f, isDouble
		}
		to = append(to, p)
	}
	return to
}
