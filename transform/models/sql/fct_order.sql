-- comment: One row per order, whichever systems report it: an order id counts once. Time and day are those of its earliest event; the amount is that of the shop's books (exports named orders), which know shipping, discounts and orders that no browser reported, else that of the earliest event; the way to it is that of the web analytics.
-- grain: order_id
-- needs: outcome_event
-- touched: SELECT 1 AS key FROM waymark_delta.outcome_event WHERE event_type IN ('order_placed', 'order_refunded')
-- touched: SELECT 1 AS key FROM waymark_delta.session_base WHERE session_key IN (SELECT session_key FROM waymark_mart.outcome_event WHERE event_type = 'order_placed') OR visitor_key IN (SELECT if(notEmpty(device_id), device_id, customer_key) FROM waymark_mart.outcome_event WHERE event_type = 'order_placed')
-- order_by: order_date, order_id
-- column: order_id String "The source's own number of the order; GA4's null and (not set) are no orders."
-- column: system LowCardinality(String) "System that the amount, the quantity and the refunds are from."
-- column: customer_key UUID "The customer; where the order's own event names nobody or only a generic identifier, that of its session."
-- column: session_key UUID "Session in which the order was placed; zero is none."
-- column: ordered_at DateTime64(3,'UTC') "When the order was placed (earliest event)."
-- column: order_date Date "Day of ordered_at in the reporting time zone."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency before refunds, at the rate of the day its system placed it; NULL when unknown."
-- column: refunded_reporting Nullable(Decimal(18,4)) "Refunded so far, at most the amount, by the system of the amount, else by the others; a refund without an amount is a full one, one in the order's currency counts at the order's rate."
-- column: net_reporting Nullable(Decimal(18,4)) "amount_reporting less refunded_reporting."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_amount Nullable(Decimal(18,4)) "Amount as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_amount."
-- column: quantity Int32 "Number of items."
-- column: channel LowCardinality(String) "Channel of the session, else of the order's own event."
-- column: source LowCardinality(String) "Traffic source of the session, else of the order's own event."
-- column: medium LowCardinality(String) "Medium that belongs to source."
-- column: campaign LowCardinality(String) "Campaign that belongs to source."
-- column: device_category LowCardinality(String) "Device of the session."
-- column: country LowCardinality(String) "Country of the session, else of the order's own event."
-- test: not_null(order_id, order_date)
-- test: relationship(customer_key -> dim_customer.customer_key)
-- warn: range(refunded_reporting: 0, 99999999999999)
-- test: an order has one currency: SELECT order_id, min(currencies) AS currency FROM (SELECT order_id, system, arrayStringConcat(arraySort(groupUniqArray(toString(currency))), ' and ') AS currencies, uniqExact(currency) AS number FROM waymark_mart.outcome_event WHERE event_type IN ('order_placed', 'order_refunded') AND export = 'orders' AND amount IS NOT NULL AND order_id IN (SELECT order_id FROM {table}) GROUP BY order_id, system) WHERE number > 1 GROUP BY order_id
-- warn: systems agree on the currency of an order: SELECT order_id, arrayStringConcat(arraySort(groupUniqArray(toString(currency))), ' and ') AS currencies FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND amount IS NOT NULL AND order_id IN (SELECT order_id FROM {table}) GROUP BY order_id HAVING uniqExact(currency) > 1
WITH
    placed AS (
        SELECT
            order_id,
            toDateTime64(min(occurred_at), 3, 'UTC') AS ordered_at,
            min(event_date) AS order_date,
            argMin(tuple(channel, source, medium, campaign, device_category, country), tuple(occurred_at, event_id)) AS first,
            argMin(tuple(system, amount, amount_reporting, currency, quantity), tuple(export != 'orders', occurred_at, event_id)) AS book,
            argMin(tuple(customer_key, is_generic), tuple(
                empty(customer_key) OR is_generic, empty(user_id) AND empty(contact_id) AND empty(email_id) AND empty(phone_id), occurred_at, event_id)) AS customer,
            argMinIf(tuple(system, session_key, if(notEmpty(device_id), device_id, customer_key), occurred_at), tuple(occurred_at, event_id), export != 'orders') AS web
        FROM waymark_mart.outcome_event
        WHERE event_type = 'order_placed' AND lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined')
        GROUP BY order_id
    ),
    refund AS (
        SELECT order_id, system, countIf(amount IS NULL) AS full_refunds, sum(abs(amount_reporting)) AS refunded, sum(abs(amount)) AS paid_back, min(toString(currency)) AS first_currency, max(toString(currency)) AS last_currency
        FROM waymark_mart.outcome_event
        WHERE event_type = 'order_refunded' AND order_id != ''
        GROUP BY order_id, system
    ),
    -- Orders of sources that do not number sessions belong to the session that was under way.
    seated AS (
        SELECT
            p.order_id AS order_id, p.ordered_at AS ordered_at, p.order_date AS order_date, p.first AS first, p.book AS book, p.book.1 AS book_system,
            p.customer AS customer,
            multiIf(notEmpty(p.web.2), p.web.2, notEmpty(b.session_key) AND toDateTime64(p.web.4, 3, 'UTC') <= b.ended_at, b.session_key,
                toUUID('00000000-0000-0000-0000-000000000000')) AS session_key
        FROM placed AS p
        ASOF LEFT JOIN (
            SELECT system, visitor_key, started_at, ended_at, session_key
            FROM waymark_mart.session_base
            WHERE NOT is_numbered
        ) AS b ON p.web.1 = b.system AND p.web.3 = b.visitor_key AND toDateTime64(p.web.4, 3, 'UTC') >= b.started_at
    )
SELECT
    o.order_id AS order_id,
    o.book.1 AS system,
    if((empty(o.customer.1) OR o.customer.2) AND notEmpty(s.customer_key), s.customer_key, o.customer.1) AS customer_key,
    o.session_key AS session_key,
    o.ordered_at AS ordered_at,
    o.order_date AS order_date,
    o.book.3 AS amount_reporting,
    multiIf(
        empty(other.order_id), if(amount_reporting IS NULL, NULL, toDecimal64(0, 4)),
        amount_reporting IS NULL, NULL,
        (if(notEmpty(own.order_id), tuple(own.full_refunds, own.refunded, own.paid_back, own.first_currency, own.last_currency),
            tuple(other.full_refunds, other.refunded, other.paid_back, other.first_currency, other.last_currency)) AS r).1 > 0, amount_reporting,
        -- What goes back in the order's own currency goes at the order's own rate: all of it is all of it, whatever the rates did since.
        r.4 = o.book.4 AND r.5 = o.book.4 AND o.book.2 > 0, if(ifNull(r.3 >= o.book.2, false), amount_reporting, reinterpret(toInt64(intDiv(
            2 * toInt256(reinterpretAsInt64(assumeNotNull(amount_reporting))) * reinterpretAsInt128(toDecimal128(ifNull(r.3, 0), 4)) + reinterpretAsInt64(assumeNotNull(o.book.2)),
            2 * toInt256(reinterpretAsInt64(assumeNotNull(o.book.2))))), 'Decimal(18,4)')),
        least(ifNull(r.2, 0), amount_reporting)) AS refunded_reporting,
    amount_reporting - refunded_reporting AS net_reporting,
    {currency:String} AS currency,
    o.book.2 AS original_amount,
    o.book.4 AS original_currency,
    o.book.5 AS quantity,
    if(s.channel = '' OR s.source = '' AND o.first.2 != '', o.first.1, s.channel) AS channel,
    if(s.source = '', o.first.2, s.source) AS source,
    if(s.source = '', o.first.3, s.medium) AS medium,
    if(s.source = '', o.first.4, s.campaign) AS campaign,
    if(s.device_category = '', o.first.5, s.device_category) AS device_category,
    if(s.country = '', o.first.6, s.country) AS country
FROM seated AS o
LEFT ANY JOIN waymark_mart.session_base AS s ON o.session_key = s.session_key
LEFT ANY JOIN refund AS own ON o.order_id = own.order_id AND o.book_system = own.system
LEFT ANY JOIN (SELECT order_id, sum(full_refunds) AS full_refunds, sum(refunded) AS refunded, sum(paid_back) AS paid_back, min(first_currency) AS first_currency, max(last_currency) AS last_currency FROM refund GROUP BY order_id) AS other ON o.order_id = other.order_id
SETTINGS join_use_nulls = 0
