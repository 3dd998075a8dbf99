-- comment: Parts of the web KPIs for every period, from sessions and orders.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- partition: quarter(period_start)
-- needs: fct_order, fct_session
-- refresh: by (period, period_start)
-- touched: SELECT arrayJoin([tuple('day', session_date), tuple('week', toMonday(session_date)), tuple('month', toStartOfMonth(session_date)), tuple('quarter', toStartOfQuarter(session_date))]) AS key FROM waymark_delta.fct_session
-- touched: SELECT arrayJoin([tuple('day', order_date), tuple('week', toMonday(order_date)), tuple('month', toStartOfMonth(order_date)), tuple('quarter', toStartOfQuarter(order_date))]) AS key FROM waymark_delta.fct_order
-- touched: SELECT arrayJoin([tuple('day', order_date), tuple('week', toMonday(order_date)), tuple('month', toStartOfMonth(order_date)), tuple('quarter', toStartOfQuarter(order_date))]) AS key FROM waymark_mart.fct_order WHERE customer_key IN (SELECT customer_key FROM waymark_delta.dim_customer GROUP BY customer_key, segment HAVING count() = 1)
-- column: period LowCardinality(String) "day, week, month or quarter."
-- column: period_start Date "First day of the period."
-- column: kpi LowCardinality(String) "KPI, by its id in the catalogue."
-- column: form LowCardinality(String) "How the value follows: count (the numerator), share or ratio (numerator / denominator), direct (given)."
-- column: dimension LowCardinality(String) "Dimension."
-- column: member LowCardinality(String) "Member of the dimension."
-- column: numerator Nullable(Decimal(18,4)) "Numerator; NULL for percentiles, which cannot be added up."
-- column: denominator Nullable(Decimal(18,4)) "Denominator; NULL where there is none."
-- column: n UInt64 "Observations."
-- column: direct Nullable(Float64) "Value of form direct."
-- column: low Nullable(Float64) "Lower end of the 95 % confidence interval, where it is no share's."
-- column: high Nullable(Float64) "Upper end."
-- test: accepted_values(period: day, week, month, quarter)
-- test: accepted_values(form: count, share, ratio, direct)
-- test: every one of orders counts once: SELECT sumIf(numerator, period = 'day' AND kpi = 'orders' AND dimension = 'all') AS counted, (SELECT count() FROM waymark_mart.fct_order) AS wanted FROM {table} HAVING counted != wanted
-- test: every one of sessions counts once: SELECT sumIf(numerator, period = 'day' AND kpi = 'sessions' AND dimension = 'all') AS counted, (SELECT count() FROM waymark_mart.fct_session) AS wanted FROM {table} HAVING counted != wanted
WITH
    -- Sessions of one day that agree in every dimension are one row before they are spread over dimensions and periods.
    visit AS (
        SELECT
            session_date AS date,
            if(channel = '', '(unknown)', toString(channel)) AS channel_member, if(source = '' AND medium = '', '(unknown)', concat(source, ' / ', medium)) AS source_member, if(country = '', '(unknown)', toString(country)) AS country_member, if(device_category = '', '(unknown)', toString(device_category)) AS device_member,
            count() AS sessions,
            countIf(is_engaged) AS engaged,
            countIf(has_order) AS converted,
            countIf(has_cart) AS carts,
            countIf(has_cart AND NOT has_order) AS abandoned_carts,
            countIf(has_checkout) AS checkouts,
            countIf(has_checkout AND NOT has_order) AS abandoned_checkouts
        FROM waymark_mart.fct_session
        WHERE true /* touched ('quarter', toStartOfQuarter(session_date)) or ('week', toMonday(session_date)) */
        GROUP BY date, channel_member, source_member, country_member, device_member
    ),
    visits AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member,
            sum(sessions) AS sessions_sum, sum(engaged) AS engaged_sum, sum(converted) AS converted_sum, sum(carts) AS carts_sum,
            sum(abandoned_carts) AS abandoned_carts_sum, sum(checkouts) AS checkouts_sum, sum(abandoned_checkouts) AS abandoned_checkouts_sum
        FROM (
            SELECT *,
                arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                arrayJoin([tuple('all', 'all'), tuple('channel', channel_member), tuple('source_medium', source_member),
                    tuple('country', country_member), tuple('device_category', device_member)]) AS d
            FROM visit
        )
        GROUP BY period, period_start, dimension, member
    ),
    -- A visitor of several days counts once in a week: visitors cannot be added up, so each period is counted by itself.
    visitors AS (
        SELECT period, period_start, dimension, member, count() AS seen, countIf(bought) AS buyers
        FROM (
            SELECT p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, visitor_key, max(ordered) AS bought
            FROM (
                SELECT visitor_key, ordered,
                    arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                    arrayJoin([tuple('all', 'all'), tuple('device_category', device_member), tuple('country', country_member)]) AS d
                FROM (
                    SELECT visitor_key, session_date AS date, if(country = '', '(unknown)', toString(country)) AS country_member, if(device_category = '', '(unknown)', toString(device_category)) AS device_member, max(has_order) AS ordered
                    FROM waymark_mart.fct_session
                    WHERE true /* touched ('quarter', toStartOfQuarter(session_date)) or ('week', toMonday(session_date)) */
                    GROUP BY visitor_key, date, country_member, device_member
                )
            )
            GROUP BY period, period_start, dimension, member, visitor_key
        )
        GROUP BY period, period_start, dimension, member
    ),
    sale AS (
        SELECT
            order_date AS date,
            if(channel = '', '(unknown)', toString(channel)) AS channel_member, if(source = '' AND medium = '', '(unknown)', concat(source, ' / ', medium)) AS source_member, if(country = '', '(unknown)', toString(country)) AS country_member, if(device_category = '', '(unknown)', toString(device_category)) AS device_member,
            if(segment = '', '(unknown)', toString(segment)) AS segment_member,
            count() AS orders,
            count(net_reporting) AS priced,
            sum(net_reporting) AS net,
            sum(toInt256(reinterpretAsInt64(ifNull(net_reporting, 0))) * reinterpretAsInt64(ifNull(net_reporting, 0))) AS squares -- exact: floating sums depend on their order
        FROM (
            SELECT o.order_date AS order_date, o.channel AS channel, o.source AS source, o.medium AS medium, o.country AS country,
                o.device_category AS device_category, o.net_reporting AS net_reporting, c.segment AS segment
            FROM waymark_mart.fct_order AS o
            LEFT ANY JOIN waymark_mart.dim_customer AS c ON o.customer_key = c.customer_key
            WHERE true /* touched ('quarter', toStartOfQuarter(o.order_date)) or ('week', toMonday(o.order_date)) */
        )
        GROUP BY date, channel_member, source_member, country_member, device_member, segment_member
    ),
    sales AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member,
            sum(orders) AS orders_sum, sum(priced) AS priced_sum, sum(net) AS net_sum, sum(squares) AS squares_sum
        FROM (
            SELECT *,
                arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                arrayJoin([tuple('all', 'all'), tuple('channel', channel_member), tuple('source_medium', source_member),
                    tuple('country', country_member), tuple('device_category', device_member), tuple('segment', segment_member)]) AS d
            FROM sale
        )
        GROUP BY period, period_start, dimension, member
    ),
    part AS (
        SELECT period, period_start, dimension, member, arrayJoin([
            tuple('sessions', 'count', toDecimal128(sessions_sum, 4), NULL, sessions_sum, CAST(NULL, 'Nullable(Float64)')),
            tuple('engaged_session_rate', 'share', toDecimal128(engaged_sum, 4), toNullable(toDecimal128(sessions_sum, 4)), sessions_sum, NULL),
            tuple('conversion_rate', 'share', toDecimal128(converted_sum, 4), toDecimal128(sessions_sum, 4), sessions_sum, NULL),
            tuple('cart_abandonment_rate', 'share', toDecimal128(abandoned_carts_sum, 4), toDecimal128(carts_sum, 4), carts_sum, NULL),
            tuple('checkout_abandonment_rate', 'share', toDecimal128(abandoned_checkouts_sum, 4), toDecimal128(checkouts_sum, 4), checkouts_sum, NULL)]) AS k
        FROM visits
        UNION ALL
        SELECT period, period_start, dimension, member,
            tuple('visitor_conversion_rate', 'share', toDecimal128(buyers, 4), toNullable(toDecimal128(seen, 4)), seen, CAST(NULL, 'Nullable(Float64)')) AS k
        FROM visitors
        UNION ALL
        SELECT period, period_start, dimension, member, arrayJoin([
            tuple('orders', 'count', toDecimal128(orders_sum, 4), NULL, orders_sum, CAST(NULL, 'Nullable(Float64)')),
            tuple('revenue', 'count', toDecimal128(assumeNotNull(net_sum), 4), NULL, priced_sum, NULL),
            tuple('aov', 'ratio', toDecimal128(assumeNotNull(net_sum), 4), toNullable(toDecimal128(priced_sum, 4)), priced_sum,
                if(priced_sum < 2, NULL, 1.96 * sqrt(greatest(toFloat64(squares_sum) / 1e8 - pow(toFloat64(net_sum), 2) / priced_sum, 0) / (priced_sum - 1) / priced_sum)))]) AS k
        FROM sales
    )
SELECT
    period,
    period_start,
    k.1 AS kpi,
    k.2 AS form,
    dimension,
    member,
    accurateCastOrNull(k.3, 'Decimal(18,4)') AS numerator,
    accurateCastOrNull(k.4, 'Decimal(18,4)') AS denominator,
    k.5 AS n,
    CAST(NULL, 'Nullable(Float64)') AS direct,
    toFloat64(k.3) / toFloat64(k.4) - k.6 AS low,
    toFloat64(k.3) / toFloat64(k.4) + k.6 AS high
FROM part
WHERE n > 0 /* touched (period, period_start) */
SETTINGS join_use_nulls = 0
