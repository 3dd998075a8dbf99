package orders

import (
	"waymark/extract/tabular"
	"waymark/schemas"
)

// The slots of a row, in the order of names.
const (
	orderID = iota
	orderedAt
	amount
	lineAmount
	currency
	quantity
	refundedAmount
	refundedAt
	cancelledAt
	updatedAt
	isDeleted
	status
	comment
)

func layout() tabular.Layout {
	return tabular.Layout{
		Of: "an order", Table: schemas.JourneyEvent, Grouped: true,
		Names: []string{"order_id", "ordered_at", "amount", "line_amount", "currency", "quantity", "refunded_amount", "refunded_at", "cancelled_at", "updated_at",
			"is_deleted", "status", "comment"},
		Columns: map[string]int{
			"email": schemas.EvEmailID, "phone": schemas.EvPhoneID, "customer_id": schemas.EvUserID, "contact_id": schemas.EvContactID, "account_id": schemas.EvAccountID,
			"device_id": schemas.EvDeviceID, "channel": schemas.EvChannel, "source": schemas.EvSource, "medium": schemas.EvMedium, "campaign": schemas.EvCampaign,
			"country": schemas.EvCountry, "city": schemas.EvCity, "language": schemas.EvLanguage,
		},
		Kept:   []string{"discount_code", "segment"},
		Unread: []int{comment},
		Barred: []int{schemas.EvOccurredAt, schemas.EvOrderID, schemas.EvAmount, schemas.EvCurrency, schemas.EvQuantity},
		Need:   []int{orderID, orderedAt},
	}
}

func generic() *tabular.Layout {
	l := layout()
	return &l
}

// shopify is the layout of Shopify's orders_export.csv.
func shopify() *tabular.Layout {
	l := layout()
	l.Preset = map[string]string{
		"Name": "order_id", "Created at": "ordered_at", "Total": "amount", "Currency": "currency", "Lineitem quantity": "quantity",
		"Refunded Amount": "refunded_amount", "Cancelled at": "cancelled_at", "Financial Status": "status", "Email": "email", "Phone": "phone",
		"Source": "channel", "Shipping Country": "country", "Shipping City": "city", "Discount Code": "discount_code",
	}
	l.Ignored = []string{
		"Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Subtotal", "Shipping", "Taxes", "Discount Amount", "Shipping Method",
		"Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable",
		"Lineitem fulfillment status", "Lineitem discount", "Billing Name", "Billing Street", "Billing Address1", "Billing Address2", "Billing Company",
		"Billing City", "Billing Zip", "Billing Province", "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1",
		"Shipping Address2", "Shipping Company", "Shipping Zip", "Shipping Province", "Shipping Phone", "Notes", "Note Attributes", "Payment Method",
		"Payment Reference", "Vendor", "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Tax 1 Name", "Tax 1 Value",
		"Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Receipt Number", "Duties",
		"Billing Province Name", "Shipping Province Name", "Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References",
	}
	return &l
}
