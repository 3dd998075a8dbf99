-- comment: One row per customer who ever ordered: what they brought in to date and what they are worth by simple rules. Orders of nobody known, and of identifiers that too many share, are nobody's.
-- grain: customer_key
-- needs: fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_order) GROUP BY customer_key, segment, country, acquisition_source, is_generic HAVING count() = 1
-- column: customer_key UUID "The customer."
-- column: segment LowCardinality(String) "Segment of the customer."
-- column: country LowCardinality(String) "Country of the customer."
-- column: acquisition_source LowCardinality(String) "Where the customer came from (dim_customer)."
-- column: first_channel LowCardinality(String) "Channel of the first order."
-- column: first_order_date Date "Day of the first order."
-- column: last_order_date Date "Day of the last order."
-- column: recency_days UInt32 "Days from the last order to the last day of the data."
-- column: orders UInt32 "Orders to date."
-- column: orders_priced UInt32 "Of these, orders with a known amount."
-- column: orders_in_window UInt32 "Orders in the last active_days."
-- column: revenue_reporting Decimal(18,4) "Revenue net of refunds to date."
-- column: margin_reporting Decimal(18,4) "Margin earned to date: revenue × the configured margin. This is the historic customer lifetime value (clv_historic)."
-- column: aov_reporting Nullable(Decimal(18,4)) "Revenue per order with a known amount."
-- column: purchase_frequency Float64 "Orders in the last active_days: the customer's own frequency."
-- column: clv_simple_reporting Nullable(Decimal(18,4)) "aov × purchase_frequency × margin × lifetime, lifetime = 1 / repeat_churn_rate of all customers on the last day, in windows of active_days; NULL while nobody was lost."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: lifecycle LowCardinality(String) "new (first order within the last active_days), returning (an earlier one, and one within them) or lapsed (none within them)."
-- column: recency_score UInt8 "1 to 5: fifth of the customers by last order, 5 is latest; equal customers share the lower fifth."
-- column: frequency_score UInt8 "1 to 5: fifth by number of orders."
-- column: monetary_score UInt8 "1 to 5: fifth by revenue."
-- test: not_null(customer_key, first_order_date, last_order_date)
-- test: relationship(customer_key -> dim_customer.customer_key)
-- test: accepted_values(lifecycle: new, returning, lapsed)
-- test: revenue and orders are those of fct_order: SELECT sum(orders) AS counted, sum(revenue_reporting) AS revenue, (SELECT tuple(count(), ifNull(sum(net_reporting), 0)) FROM waymark_mart.fct_order WHERE notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)) AS wanted FROM {table} HAVING counted != wanted.1 OR revenue != wanted.2
WITH
    assumeNotNull((SELECT max(last_day) FROM waymark_mart.event_clock)) AS last_day,
    buyer AS (
        SELECT
            customer_key,
            min(order_date) AS first_order, max(order_date) AS last_order,
            argMin(channel, tuple(ordered_at, order_id)) AS first_channel,
            count() AS placed, count(net_reporting) AS priced, ifNull(sum(net_reporting), 0) AS net,
            countIf(order_date > last_day - {active_days:UInt16}) AS recent,
            countIf(order_date > last_day - 2 * {active_days:UInt16} AND order_date <= last_day - {active_days:UInt16}) AS earlier
        FROM waymark_mart.fct_order
        WHERE notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)
        GROUP BY customer_key
    ),
    (SELECT countIf(earlier > 0 AND recent = 0) / countIf(earlier > 0) FROM buyer) AS churn
SELECT
    b.customer_key AS customer_key,
    c.segment AS segment,
    c.country AS country,
    c.acquisition_source AS acquisition_source,
    b.first_channel AS first_channel,
    b.first_order AS first_order_date,
    b.last_order AS last_order_date,
    toUInt32(greatest(dateDiff('day', b.last_order, last_day), 0)) AS recency_days,
    toUInt32(b.placed) AS orders,
    toUInt32(b.priced) AS orders_priced,
    toUInt32(b.recent) AS orders_in_window,
    toDecimal64(b.net, 4) AS revenue_reporting,
    toDecimal64(toDecimal128(b.net, 4) * {margin_permyriad:UInt32} / 10000, 4) AS margin_reporting,
    if(b.priced = 0, NULL, toDecimal64(toFloat64(b.net) / b.priced, 4)) AS aov_reporting,
    toFloat64(b.recent) AS purchase_frequency,
    if(b.priced = 0 OR NOT churn > 0, NULL, toDecimal64(toFloat64(b.net) / b.priced * b.recent * {margin_permyriad:UInt32} / 10000 / churn, 4)) AS clv_simple_reporting,
    {currency:String} AS currency,
    multiIf(b.recent = 0, 'lapsed', b.first_order > last_day - {active_days:UInt16}, 'new', 'returning') AS lifecycle,
    toUInt8(1 + intDiv(5 * (rank() OVER (ORDER BY b.last_order) - 1), count() OVER ())) AS recency_score,
    toUInt8(1 + intDiv(5 * (rank() OVER (ORDER BY b.placed) - 1), count() OVER ())) AS frequency_score,
    toUInt8(1 + intDiv(5 * (rank() OVER (ORDER BY b.net) - 1), count() OVER ())) AS monetary_score
FROM buyer AS b
LEFT ANY JOIN waymark_mart.dim_customer AS c ON b.customer_key = c.customer_key
SETTINGS join_use_nulls = 0
