// Package orders reads what a shop's books say of orders: Shopify's orders CSV, and any CSV or JSON whose fields the configuration maps to
// the names below. A header that already is one of the names needs no mapping; `fields:` also overrides what Shopify's headers mean.
//
//	order_id         required; rows that stand together with one order_id are the lines of one order
//	ordered_at       required
//	amount           what the customer pays, once per order (Shopify: Total); or
//	line_amount      of each row, added up; negative ones are allowed as long as the order's is not
//	currency         ISO 4217; the source's `currency:` where absent
//	quantity         added up over the rows (Shopify: Lineitem quantity)
//	refunded_amount  refunded so far
//	refunded_at, cancelled_at, updated_at (version; without it the newer object wins), is_deleted
//	status           of payment; also kept as an attribute
//	email, phone, customer_id, contact_id, account_id, device_id, channel, source, medium, campaign, country, city, language
//	discount_code, segment   kept as attributes
//	comment          known and never read
//	attributes.NAME, and any column of journey_event that a source may set
//
// An order gives order_placed and, when something was paid back, order_refunded with what was paid back in all. An order that was cancelled
// (or voided) before it was paid is one that is refunded whole: a refund without an amount. Both are snapshots of the order: a later
// export replaces them. Shopify's export does not date refunds: they stand at the cancellation, else at the order.
//
// What only the first row of an order states (Shopify) may be repeated by the others; a row that states another amount, currency or refund
// contradicts it, and the order is rejected. So is an order of which any row is. Rows that do not stand together are two statements of
// one order; where their figures differ and nothing is newer, the publish stops and names the order (load/clickhouse/contradiction.go).
package orders
