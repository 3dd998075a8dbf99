-- comment: One row per cohort (customers by the month of their first order) and month since: how many of them ordered then, and for how much. Month 0 is the month of the first order, in which all did.
-- grain: cohort_month, month_number
-- needs: fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_order) GROUP BY customer_key, is_generic HAVING count() = 1
-- column: cohort_month Date "Month of the first order, by its first day."
-- column: month_number UInt16 "Months since then: 0 is the cohort's own month."
-- column: month_start Date "That month, by its first day."
-- column: cohort_size UInt64 "Customers of the cohort."
-- column: active_customers UInt64 "Of these, customers with an order in that month."
-- column: retained_share Float64 "active_customers / cohort_size; 1 in month 0."
-- column: ci_low Float64 "Lower end of its 95 % Wilson interval."
-- column: ci_high Float64 "Upper end."
-- column: orders UInt64 "Their orders in that month."
-- column: revenue_reporting Decimal(18,4) "Revenue of these orders net of refunds."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: is_complete Bool "The month is over by the last day of the data."
-- test: month 0 retains everybody: SELECT * FROM {table} WHERE month_number = 0 AND (retained_share != 1 OR active_customers != cohort_size)
-- test: range(retained_share: 0, 1)
-- test: customers, orders and revenue are those of fct_order: SELECT sumIf(cohort_size, month_number = 0) AS customers, sum(orders) AS placed, sum(revenue_reporting) AS revenue, (SELECT tuple(uniqExact(customer_key), count(), ifNull(sum(net_reporting), 0)) FROM waymark_mart.fct_order WHERE notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)) AS wanted FROM {table} HAVING customers != wanted.1 OR placed != wanted.2 OR revenue != wanted.3
WITH
    assumeNotNull((SELECT max(last_day) FROM waymark_mart.event_clock)) AS last_day,
    activity AS (
        SELECT customer_key, month, placed, net, min(month) OVER (PARTITION BY customer_key) AS cohort
        FROM (
            SELECT customer_key, toStartOfMonth(order_date) AS month, count() AS placed, ifNull(sum(net_reporting), 0) AS net
            FROM waymark_mart.fct_order
            WHERE notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)
            GROUP BY customer_key, month
        )
    ),
    cell AS (
        SELECT cohort, number, sum(active) AS active, sum(placed) AS placed, sum(net) AS net
        FROM (
            SELECT cohort, toUInt32(dateDiff('month', cohort, month)) AS number, 1 AS active, placed, net FROM activity
            UNION ALL
            SELECT cohort, arrayJoin(range(toUInt32(greatest(dateDiff('month', cohort, last_day), 0)) + 1)) AS number, 0 AS active, 0 AS placed, toDecimal64(0, 4) AS net
            FROM (SELECT DISTINCT cohort FROM activity)
        )
        GROUP BY cohort, number
    )
SELECT
    cohort_month,
    month_number,
    month_start,
    cohort_size,
    active_customers,
    active_customers / cohort_size AS retained_share,
    -- Wilson's interval.
    if(active_customers = 0, 0, greatest(centre - half, 0)) AS ci_low,
    if(active_customers = cohort_size, 1, least(centre + half, 1)) AS ci_high,
    orders,
    revenue_reporting,
    {currency:String} AS currency,
    addMonths(month_start, 1) <= last_day + 1 AS is_complete
FROM (
    SELECT
        cohort AS cohort_month,
        toUInt16(number) AS month_number,
        addMonths(cohort, number) AS month_start,
        toUInt64(max(if(number = 0, active, 0)) OVER (PARTITION BY cohort)) AS cohort_size,
        toUInt64(active) AS active_customers,
        toUInt64(placed) AS orders,
        toDecimal64(net, 4) AS revenue_reporting,
        active / cohort_size AS share,
        (share + 1.9208 / cohort_size) / (1 + 3.8416 / cohort_size) AS centre,
        1.96 / (1 + 3.8416 / cohort_size) * sqrt(share * (1 - share) / cohort_size + 0.9604 / (cohort_size * cohort_size)) AS half
    FROM cell
)
