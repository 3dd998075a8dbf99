-- comment: Parts of the KPIs of customers for every period, from orders, contracts, tickets and costs. A customer is active for active_days after an order, and while a contract runs; shared identifiers (generic customers) are no customers.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- needs: fct_contract, fct_cost, fct_order, fct_ticket
-- touched: SELECT 1 AS key FROM waymark_delta.fct_contract
-- touched: SELECT 1 AS key FROM waymark_delta.fct_cost
-- touched: SELECT 1 AS key FROM waymark_delta.fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.fct_ticket
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_order UNION ALL SELECT customer_key FROM waymark_mart.fct_contract) GROUP BY customer_key, segment, country, lead_source, is_generic HAVING count() = 1
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE lead_source != '' GROUP BY customer_key, lead_source HAVING count() = 1
-- touched: SELECT 1 AS key FROM waymark_delta.dim_account WHERE account_key IN (SELECT account_key FROM waymark_mart.fct_contract WHERE empty(customer_key)) GROUP BY account_key, segment, country HAVING count() = 1
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock
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
-- test: repeat buyers are buyers, lost customers were customers: SELECT period_start, kpi, member FROM {table} WHERE form = 'share' AND (numerator > denominator OR numerator < 0)
-- test: customers and margin to date are those of fct_order: SELECT argMax(denominator, period_start) AS customers, argMax(numerator, period_start) AS margin, (SELECT tuple(uniqExact(customer_key), toFloat64(ifNull(sum(net_reporting), 0)) * {margin_permyriad:UInt32} / 10000) FROM waymark_mart.fct_order WHERE notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)) AS wanted FROM {table} WHERE kpi = 'clv_historic' AND period = 'day' AND dimension = 'all' HAVING count() > 0 AND (customers != wanted.1 OR abs(toFloat64(margin) - wanted.2) > 0.001 + abs(wanted.2) / 1e9)
-- test: tickets and orders are those of the facts: SELECT sumIf(numerator, period = 'day') AS tickets, sumIf(denominator, period = 'day') AS orders, (SELECT count() FROM waymark_mart.fct_ticket) AS t, (SELECT count() FROM waymark_mart.fct_order) AS o FROM {table} WHERE kpi = 'contact_rate_per_order' AND dimension = 'all' HAVING count() > 0 AND (tickets != t OR orders != o)
WITH
    (SELECT count() FROM waymark_mart.fct_ticket) > 0 AS has_tickets,
    -- What changes for a customer on a day: orders come into the window of active_days, leave it for the window before, and leave that too.
    move AS (
        SELECT customer_key, m.1 AS date, sum(m.2) AS here, sum(m.3) AS before, sum(m.4) AS ever, sum(m.5 * units) AS net_here, sum(m.4 * units) AS net_ever, sum(m.3 * units) AS net_before, sum(m.5 * priced) AS priced_here, sum(m.6) AS contracts
        FROM (
            SELECT
                customer_key, ifNull(reinterpretAsInt64(net_reporting), 0) AS units, toInt64(net_reporting IS NOT NULL) AS priced,
                arrayJoin([
                    tuple(toUInt32(order_date), 1, 0, 1, 1, 0),
                    tuple(toUInt32(order_date) + {active_days:UInt16}, -1, 1, 0, -1, 0),
                    tuple(toUInt32(order_date) + 2 * {active_days:UInt16}, 0, -1, 0, 0, 0)]) AS m
            FROM waymark_mart.fct_order
            WHERE notEmpty(customer_key)
            UNION ALL
            SELECT if(notEmpty(c.customer_key), c.customer_key, c.account_key) AS customer_key, 0 AS units, 0 AS priced, arrayJoin(arrayConcat(
                [tuple(toUInt32(valid_from), 0, 0, 0, 0, 1)],
                if(valid_to IS NULL, [], [tuple(toUInt32(assumeNotNull(valid_to)), 0, 0, 0, 0, -1)]))) AS m
            FROM waymark_mart.fct_contract AS c
            WHERE (notEmpty(c.customer_key) OR notEmpty(c.account_key)) AND original_mrr > 0
        )
        WHERE m.1 <= (SELECT toUInt32(max(last_day)) FROM waymark_mart.event_clock)
        GROUP BY customer_key, date
    ),
    -- What holds for a customer from a day on, until the next change.
    state AS (
        SELECT
            customer_key, date,
            leadInFrame(toNullable(date)) OVER (PARTITION BY customer_key ORDER BY date ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_date,
            sum(here) OVER w AS orders, sum(before) OVER w AS orders_before, sum(ever) OVER w AS orders_ever, sum(net_here) OVER w AS net,
            sum(net_ever) OVER w AS net_all, sum(net_before) OVER w AS net_previous, sum(priced_here) OVER w AS priced, sum(contracts) OVER w AS running
        FROM move
        WINDOW w AS (PARTITION BY customer_key ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    change AS (
        SELECT
            d.1 AS dimension, d.2 AS member, toDate(step.1) AS date,
            sum(step.2 * (orders > 0)) AS buyers, sum(step.2 * (orders > 1)) AS repeaters, sum(step.2 * orders) AS orders_in, sum(step.2 * orders * orders) AS orders_squared,
            sum(step.2 * net) AS net_in, sum(step.2 * priced) AS priced_in, sum(step.2 * (orders_before > 0)) AS earlier, sum(step.2 * (orders_before > 0 AND orders = 0)) AS lost,
            sum(step.2 * (orders > 0 OR running > 0)) AS active, sum(step.2 * (orders_ever > 0)) AS buyers_ever, sum(step.2 * net_all) AS net_ever,
            sum(step.2 * toInt256(net_all) * net_all) AS net_squared, sum(step.2 * net_previous) AS net_before,
            sum(step.2 * net * (orders_before > 0 OR is_recommended)) AS earned
        FROM (
            SELECT
                s.orders AS orders, s.orders_before AS orders_before, s.orders_ever AS orders_ever, s.net AS net, s.net_all AS net_all, s.priced AS priced, s.running AS running,
                s.net_previous AS net_previous, c.lead_source != '' AND has(splitByChar('|', {recommended_by:String}), lowerUTF8(toString(c.lead_source))) AS is_recommended,
                arrayJoin([tuple('all', 'all'), tuple('segment', if(c.segment = '', '(unknown)', toString(c.segment))), tuple('country', if(c.country = '', '(unknown)', toString(c.country)))]) AS d,
                arrayJoin(arrayConcat([tuple(s.date, 1)], if(s.next_date IS NULL, [], [tuple(assumeNotNull(s.next_date), -1)]))) AS step
            FROM state AS s
            LEFT ANY JOIN (
                SELECT customer_key, segment, country, lead_source, is_generic FROM waymark_mart.dim_customer
                UNION ALL
                SELECT account_key AS customer_key, segment, country, '' AS lead_source, false AS is_generic FROM waymark_mart.dim_account
            ) AS c ON s.customer_key = c.customer_key
            WHERE NOT c.is_generic
        )
        GROUP BY dimension, member, date
    ),
    -- Every day of every member up to the last day of the data.
    filled AS (
        SELECT
            dimension, member, date, sum(buyers) AS buyers, sum(repeaters) AS repeaters, sum(orders_in) AS orders_in, sum(orders_squared) AS orders_squared, sum(net_in) AS net_in,
            sum(priced_in) AS priced_in, sum(earlier) AS earlier, sum(lost) AS lost, sum(active) AS active, sum(buyers_ever) AS buyers_ever, sum(net_ever) AS net_ever, sum(net_squared) AS net_squared,
            sum(net_before) AS net_before, sum(earned) AS earned
        FROM (
            SELECT * FROM change
            UNION ALL
            SELECT dimension, member, first_day + arrayJoin(range(toUInt32(greatest(dateDiff('day', first_day, last_day), 0)) + 1)) AS date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM (SELECT dimension, member, min(date) AS first_day, (SELECT max(last_day) FROM waymark_mart.event_clock) AS last_day FROM change GROUP BY dimension, member)
        )
        GROUP BY dimension, member, date
    ),
    stock AS (
        SELECT
            dimension, member, date,
            tuple(sum(buyers) OVER w AS buyers, sum(repeaters) OVER w AS repeaters, sum(orders_in) OVER w AS orders, sum(orders_squared) OVER w AS orders_squared, sum(net_in) OVER w AS net,
                sum(priced_in) OVER w AS priced, sum(earlier) OVER w AS earlier, sum(lost) OVER w AS lost, sum(active) OVER w AS active, sum(buyers_ever) OVER w AS buyers_ever,
                sum(net_ever) OVER w AS net_ever, sum(net_squared) OVER w AS net_squared, sum(net_before) OVER w AS net_before, sum(earned) OVER w AS earned) AS s
        FROM filled
        WINDOW w AS (PARTITION BY dimension, member ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    closing AS (
        SELECT period, period_start, dimension, member, c.1 AS buyers, c.2 AS repeaters, c.3 AS orders, c.4 AS orders_squared, c.5 AS net, c.6 AS priced, c.7 AS earlier, c.8 AS lost,
            c.9 AS active, c.10 AS buyers_ever, c.11 AS net_ever, c.12 AS net_squared, c.13 AS net_before, c.14 AS earned
        FROM (
            SELECT p.1 AS period, p.2 AS period_start, dimension, member, argMax(s, date) AS c
            FROM (SELECT *, arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p FROM stock)
            GROUP BY period, period_start, dimension, member
        )
    ),
    -- Tickets, orders, first orders and costs of a period.
    flow AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member,
            sum(tickets) AS tickets, sum(ordered) AS orders, sum(newcomers) AS newcomers, sum(recommended) AS recommended, sum(cost) AS cost,
            -- Without a source of costs, orders or tickets there is no KPI rather than one of zero.
            max(max(cost_lines)) OVER (PARTITION BY dimension, member) > 0 AS has_costs,
            max(max(ordered)) OVER (PARTITION BY dimension, member) > 0 AS has_orders
        FROM (
            SELECT *, arrayJoin(dimensions) AS d, arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p
            FROM (
                SELECT
                    created_date AS date, 1 AS tickets, 0 AS ordered, 0 AS newcomers, 0 AS recommended, toInt64(0) AS cost, 0 AS cost_lines,
                    [tuple('all', 'all'), tuple('segment', if(segment = '', '(unknown)', toString(segment))), tuple('country', if(country = '', '(unknown)', toString(country)))] AS dimensions
                FROM waymark_mart.fct_ticket
                UNION ALL
                SELECT
                    o.order_date AS date, 0 AS tickets, 1 AS ordered, toUInt8(notEmpty(o.customer_key) AND NOT c.is_generic AND o.nth = 1) AS newcomers,
                    toUInt8(newcomers AND c.lead_source != '' AND has(splitByChar('|', {recommended_by:String}), lowerUTF8(toString(c.lead_source)))) AS recommended, 0 AS cost, 0 AS cost_lines,
                    arrayConcat([tuple('all', 'all'), tuple('segment', if(c.segment = '', '(unknown)', toString(c.segment)))],
                        if(newcomers = 0, [], [tuple('channel', if(o.channel = '', '(unknown)', toString(o.channel))), tuple('source_medium', if(o.source = '' AND o.medium = '', '(unknown)', concat(o.source, ' / ', o.medium)))])) AS dimensions
                FROM (SELECT *, row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS nth FROM waymark_mart.fct_order) AS o
                LEFT ANY JOIN waymark_mart.dim_customer AS c ON o.customer_key = c.customer_key
                UNION ALL
                SELECT
                    cost_date AS date, 0 AS tickets, 0 AS ordered, 0 AS newcomers, 0 AS recommended, ifNull(reinterpretAsInt64(cost_reporting), 0) AS cost, 1 AS cost_lines,
                    [tuple('all', 'all'), tuple('channel', if(channel = '', '(unknown)', toString(channel))), tuple('source_medium', if(source = '' AND medium = '', '(unknown)', concat(source, ' / ', medium)))] AS dimensions
                FROM waymark_mart.fct_cost
            )
        )
        GROUP BY period, period_start, dimension, member
    ),
    -- Without records that say how anybody was won nobody's recommendation is known.
    won AS (SELECT count() > 0 AS is_told FROM waymark_mart.dim_customer WHERE lead_source != ''),
    part AS (
        -- KPI, form, numerator, denominator (in 1/10000), n, value, half the interval.
        SELECT
            c.period AS period, c.period_start AS period_start, c.dimension AS dimension, c.member AS member,
            {margin_permyriad:UInt32} / 10000 AS margin,
            net / 10000 / priced * c.orders / buyers * margin AS yield,
            arrayJoin(arrayConcat([
                tuple('active_customers', 'count', toInt128(active) * 10000, CAST(NULL, 'Nullable(Int128)'), active, CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)')),
                tuple('repeat_rate', 'share', repeaters * 10000, buyers * 10000, buyers, NULL, NULL),
                tuple('purchase_frequency', 'ratio', c.orders * 10000, buyers * 10000, buyers, c.orders / buyers,
                    if(buyers < 2, NULL, 1.96 * sqrt(greatest(orders_squared - c.orders * c.orders / buyers, 0) / (buyers - 1) / buyers))),
                tuple('retention_rate', 'share', (earlier - lost) * 10000, earlier * 10000, earlier, NULL, NULL),
                tuple('repeat_churn_rate', 'share', lost * 10000, earlier * 10000, earlier, NULL, NULL),
                tuple('clv_historic', 'ratio', toInt128(intDiv(toInt256(net_ever) * {margin_permyriad:UInt32}, 10000)), buyers_ever * 10000, buyers_ever, net_ever / 10000 * margin / buyers_ever,
                    if(buyers_ever < 2, NULL, 1.96 * margin / 10000 * sqrt(greatest(toFloat64(net_squared) - pow(toFloat64(net_ever), 2) / buyers_ever, 0) / (buyers_ever - 1) / buyers_ever))),
                tuple('clv_simple', 'direct', toInt128(if(isFinite(yield), round(yield * 10000), 0)), toInt128(if(earlier = 0, 0, round(lost / earlier * 10000))),
                    if(lost = 0 OR priced = 0, 0, buyers), if(lost = 0 OR priced = 0, NULL, yield * earlier / lost), NULL),
                tuple('earned_growth', 'direct', toInt128(earned), toInt128(net_before), if(net_before > 0 AND (SELECT max(is_told) FROM won), earlier, 0), if(net_before > 0, earned / net_before - 1, NULL), NULL)],
                if(has_tickets, [tuple('contact_rate', 'ratio', toInt128(f.tickets) * 10000, toNullable(toInt128(active) * 10000), active, CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'))], []))) AS k
        FROM closing AS c
        LEFT JOIN flow AS f ON c.period = f.period AND c.period_start = f.period_start AND c.dimension = f.dimension AND c.member = f.member
        UNION ALL
        SELECT period, period_start, dimension, member, 0 AS margin, 0 AS yield, arrayJoin(arrayConcat(
            if(has_tickets AND has_orders AND dimension IN ('all', 'segment'), [tuple('contact_rate_per_order', 'ratio', toInt128(tickets) * 10000, toNullable(toInt128(orders) * 10000), toInt64(orders), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'))], []),
            if(newcomers > 0 AND (SELECT max(is_told) FROM won), [tuple('referral_share', 'share', toInt128(recommended) * 10000, toNullable(toInt128(newcomers) * 10000), toInt64(newcomers), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'))], []),
            if(has_costs, [tuple('cac', 'ratio', toInt128(cost), toNullable(toInt128(newcomers) * 10000), toInt64(newcomers), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'))], []))) AS k
        FROM flow
    )
SELECT
    period,
    period_start,
    k.1 AS kpi,
    k.2 AS form,
    dimension,
    member,
    accurateCastOrNull(k.3 / toDecimal256(10000, 4), 'Decimal(18,4)') AS numerator,
    accurateCastOrNull(k.4 / toDecimal256(10000, 4), 'Decimal(18,4)') AS denominator,
    toUInt64(k.5) AS n,
    k.6 AS direct,
    k.6 - k.7 AS low,
    k.6 + k.7 AS high
FROM part
WHERE k.5 > 0 OR kpi IN ('contact_rate_per_order', 'cac') -- costs and tickets without orders count in the sums
SETTINGS join_use_nulls = 0
