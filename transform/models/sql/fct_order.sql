-- comment: One row per order: an order id counts once, its earliest event wins.
-- grain: order_id
-- order_by: order_date, order_id
-- column: order_id String "The source's own number of the order; GA4's null and (not set) are no orders."
-- column: system LowCardinality(String) "System of the earliest event."
-- column: customer_key UUID "The customer; where the order's own event names nobody or only a generic identifier, that of its session."
-- column: session_key UUID "Session in which the order was placed; zero is none."
-- column: ordered_at DateTime64(3,'UTC') "When the order was placed (earliest event)."
-- column: order_date Date "Day of ordered_at in the reporting time zone."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency before refunds; NULL when unknown or its currency has no rate."
-- column: refunded_reporting Nullable(Decimal(18,4)) "Refunded so far, at most the amount; a refund without an amount is a full one."
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
-- warn: every currency has a rate: SELECT original_currency, count() AS orders FROM {table} WHERE original_amount IS NOT NULL AND amount_reporting IS NULL GROUP BY original_currency
WITH
    placed AS (
        SELECT
            order_id,
            toDateTime64(min(occurred_at), 3, 'UTC') AS ordered_at,
            argMin(tuple(system, customer_key, is_generic, session_key, event_date, amount, amount_reporting, currency, quantity,
                channel, source, medium, campaign, device_category, country, device_id), tuple(occurred_at, event_id)) AS e
        FROM waymark_mart.fct_journey_event
        WHERE event_type = 'order_placed' AND lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined')
        GROUP BY order_id
    ),
    refund AS (
        SELECT order_id, countIf(amount IS NULL) AS full_refunds, countIf(amount IS NOT NULL AND amount_reporting IS NULL) AS foreign_refunds,
            sum(abs(amount_reporting)) AS refunded
        FROM waymark_mart.fct_journey_event
        WHERE event_type = 'order_refunded' AND order_id != ''
        GROUP BY order_id
    ),
    -- Orders of sources that do not number sessions belong to the session that was under way.
    seated AS (
        SELECT
            p.order_id AS order_id, p.ordered_at AS ordered_at, p.e AS e,
            multiIf(notEmpty(p.e.4), p.e.4, notEmpty(b.session_key) AND p.ordered_at <= b.ended_at, b.session_key,
                toUUID('00000000-0000-0000-0000-000000000000')) AS session_key
        FROM placed AS p
        ASOF LEFT JOIN (
            SELECT system, visitor_key, started_at, ended_at, session_key
            FROM waymark_mart.session_base
            WHERE NOT is_numbered
        ) AS b ON p.e.1 = b.system AND if(notEmpty(p.e.16), p.e.16, p.e.2) = b.visitor_key AND p.ordered_at >= b.started_at
    )
SELECT
    o.order_id AS order_id,
    o.e.1 AS system,
    if((empty(o.e.2) OR o.e.3) AND notEmpty(s.customer_key), s.customer_key, o.e.2) AS customer_key,
    o.session_key AS session_key,
    o.ordered_at AS ordered_at,
    o.e.5 AS order_date,
    o.e.7 AS amount_reporting,
    multiIf(
        empty(r.order_id), if(amount_reporting IS NULL, NULL, toDecimal64(0, 4)),
        amount_reporting IS NULL OR r.foreign_refunds > 0, NULL,
        r.full_refunds > 0 OR r.refunded > amount_reporting, amount_reporting,
        r.refunded) AS refunded_reporting,
    amount_reporting - refunded_reporting AS net_reporting,
    {currency:String} AS currency,
    o.e.6 AS original_amount,
    o.e.8 AS original_currency,
    o.e.9 AS quantity,
    if(s.channel = '' OR s.source = '' AND o.e.11 != '', o.e.10, s.channel) AS channel,
    if(s.source = '', o.e.11, s.source) AS source,
    if(s.source = '', o.e.12, s.medium) AS medium,
    if(s.source = '', o.e.13, s.campaign) AS campaign,
    if(s.device_category = '', o.e.14, s.device_category) AS device_category,
    if(s.country = '', o.e.15, s.country) AS country
FROM seated AS o
LEFT ANY JOIN waymark_mart.session_base AS s ON o.session_key = s.session_key
LEFT ANY JOIN refund AS r ON o.order_id = r.order_id
SETTINGS join_use_nulls = 0
