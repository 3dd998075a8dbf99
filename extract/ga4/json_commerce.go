package ga4

import "waymark/extract/jsonscan"

// readCampaign reads traffic_source, collected_traffic_source and the records of session_traffic_source_last_click:
// they name the same things differently, and no name means two things.
func readCampaign(c *jsonscan.Cursor, to *campaign) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "source", "manual_source":
			to.source, _ = c.Text()
		case "medium", "manual_medium":
			to.medium, _ = c.Text()
		case "name", "manual_campaign_name", "campaign_name":
			to.name, _ = c.Text()
		case "content", "manual_content":
			to.content, _ = c.Text()
		case "term", "manual_term":
			to.term, _ = c.Text()
		default:
			c.Skip()
		}
	}
}

func readLastClick(c *jsonscan.Cursor, l *lastClick) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "manual_campaign":
			readCampaign(c, &l.manual)
		case "cross_channel_campaign":
			readCampaign(c, &l.cross)
		case "google_ads_campaign":
			readCampaign(c, &l.ads)
		default:
			c.Skip()
		}
	}
	l.settle()
}

func readEcommerce(c *jsonscan.Cursor, e *event) {
	if !c.Object() {
		return
	}
	for c.NextKey() {
		switch string(c.Key()) {
		case "transaction_id":
			id, ok := c.Text()
			e.orderID = id
			e.mark(hasOrderID, ok)
		case "total_item_quantity":
			e.quantity = e.int(c, hasQuantity)
		case "purchase_revenue":
			e.revenue = e.float(c, hasRevenue)
		case "refund_value":
			e.refund = e.float(c, hasRefund)
		default:
			c.Skip()
		}
	}
}
