-- comment: Parts of the service KPIs for every period, from tickets.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- needs: fct_ticket, ticket_timeline
-- touched: SELECT 1 AS key FROM waymark_delta.fct_ticket
-- touched: SELECT 1 AS key FROM waymark_delta.ticket_timeline
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_ticket) GROUP BY customer_key, is_generic HAVING count() = 1
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
-- test: solved tickets are those of fct_ticket: SELECT sumIf(n, kpi = 'reopen_rate') AS counted, (SELECT countIf(is_solved AND solved_date IS NOT NULL) FROM waymark_mart.fct_ticket) AS wanted FROM {table} WHERE period = 'day' AND dimension = 'all' HAVING counted != wanted
-- test: the members of a dimension make up the whole: SELECT kpi, min(counted) AS least, max(counted) AS most FROM (SELECT kpi, dimension, sum(n) AS counted FROM {table} WHERE period = 'day' AND kpi != 'backlog' GROUP BY kpi, dimension) GROUP BY kpi HAVING least != most
-- test: accepted_values(form: count, share, ratio, direct)
WITH
    -- What a ticket contributes: KPI, day it counts on, value.
    observation AS (
        SELECT
            o.1 AS metric, assumeNotNull(o.2) AS date, assumeNotNull(o.3) AS value,
            [tuple('all', 'all'), tuple('channel', if(channel = '', '(unknown)', toString(channel))), tuple('agent_group', if(`group` = '', '(unknown)', toString(`group`))), tuple('priority', if(priority = '', '(unknown)', toString(priority))),
                tuple('segment', if(segment = '', '(unknown)', toString(segment))), tuple('country', if(country = '', '(unknown)', toString(country)))] AS dimensions
        FROM (
            SELECT
                channel, `group`, priority, segment, country,
                if(is_solved, solved_date, NULL) AS solved,
                arrayJoin([
                    tuple('first_reply_time', toNullable(created_date), first_reply_time_calendar_minutes),
                    tuple('first_reply_time_business', toNullable(created_date), first_reply_time_business_minutes),
                    tuple('full_resolution_time', solved, full_resolution_calendar_minutes),
                    tuple('full_resolution_time_business', solved, full_resolution_business_minutes),
                    tuple('requester_wait_time', solved, requester_wait_time_calendar_minutes),
                    tuple('requester_wait_time_business', solved, requester_wait_time_business_minutes),
                    tuple('one_touch_rate', solved, toFloat64(is_one_touch_resolution)),
                    tuple('reopen_rate', solved, toNullable(toFloat64(count_reopens > 0))),
                    -- Only once the days after the solution are over.
                    tuple('fcr_rate', if(is_person AND last_solved_at + toIntervalDay({fcr_days:UInt16}) <= (SELECT max(last_event_at) FROM waymark_mart.ticket_timeline), solved, NULL),
                        toNullable(toFloat64(count_reopens = 0 AND NOT ifNull(if(reason = '', next_any, next_at) <= last_solved_at + toIntervalDay({fcr_days:UInt16}), false))))]) AS o
            FROM (
                SELECT
                    *,
                    notEmpty(customer_key) AND customer_key NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic) AS is_person,
                    leadInFrame(toNullable(created_at)) OVER (
                        PARTITION BY customer_key, reason ORDER BY created_at, system, ticket_id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_at,
                    leadInFrame(toNullable(created_at)) OVER (
                        PARTITION BY customer_key ORDER BY created_at, system, ticket_id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_any
                FROM waymark_mart.fct_ticket
            )
        )
        WHERE o.2 IS NOT NULL AND o.3 IS NOT NULL
    ),
    measured AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, metric,
            endsWith(metric, '_rate') AS is_share,
            count() AS observations,
            sumIf(value, endsWith(metric, '_rate')) AS hits,
            arraySort(groupArrayIf(value, NOT endsWith(metric, '_rate'))) AS sorted
        FROM (
            SELECT metric, value, arrayJoin(dimensions) AS d, arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p
            FROM observation
        )
        GROUP BY period, period_start, dimension, member, metric
    ),
    -- The backlog changes when a ticket comes in, is solved, or is reopened.
    change AS (
        SELECT d.1 AS dimension, d.2 AS member, toDate(greatest(s.1, toDateTime64(43200, 3, 'UTC')), {timezone:String}) AS date, sum(s.2) AS delta
        FROM (
            SELECT
                arrayJoin([tuple('all', 'all'), tuple('channel', if(t.channel = '', '(unknown)', toString(t.channel))), tuple('agent_group', if(t.agent_group = '', '(unknown)', toString(t.agent_group))), tuple('priority', if(t.priority = '', '(unknown)', toString(t.priority))),
                    tuple('segment', if(f.segment = '', '(unknown)', toString(f.segment))), tuple('country', if(f.country = '', '(unknown)', toString(f.country)))]) AS d,
                arrayMap(x -> toInt8(x NOT IN ('solved', 'closed')), t.states) AS open,
                arrayJoin(arrayZip(t.times, arrayMap((now_open, before) -> toInt8(now_open - before), open, arrayShiftRight(open, 1)))) AS s
            FROM waymark_mart.ticket_timeline AS t
            LEFT ANY JOIN waymark_mart.fct_ticket AS f ON t.system = f.system AND t.ticket_id = f.ticket_id
        )
        GROUP BY dimension, member, date
    ),
    -- Every day of every member up to the last day that tickets are known of.
    span AS (
        SELECT dimension, member, min(date) AS first_day, (SELECT toDate(greatest(max(last_event_at), toDateTime64(43200, 3, 'UTC')), {timezone:String}) FROM waymark_mart.ticket_timeline) AS last_day
        FROM change
        GROUP BY dimension, member
    ),
    stock AS (
        SELECT dimension, member, date, sum(moved) OVER (PARTITION BY dimension, member ORDER BY date) AS backlog
        FROM (
            SELECT dimension, member, date, sum(delta) AS moved
            FROM (
                SELECT dimension, member, date, delta FROM change
                UNION ALL
                SELECT dimension, member, first_day + arrayJoin(range(toUInt32(greatest(dateDiff('day', first_day, last_day), 0)) + 1)) AS date, 0 AS delta
                FROM span
            )
            GROUP BY dimension, member, date
        )
    ),
    closing AS (
        SELECT p.1 AS period, p.2 AS period_start, dimension, member, toUInt64(greatest(argMax(backlog, date), 0)) AS unsolved
        FROM (SELECT *, arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p FROM stock)
        GROUP BY period, period_start, dimension, member
    ),
    part AS (
        -- Interval of a quantile p: the observations of rank n p ± 1.96 √(n p (1 − p)), rounded up (Conover); none where there are too few.
        SELECT
            period, period_start, dimension, member, observations,
            arrayReduce('quantilesExactInclusive(0.5, 0.9)', sorted) AS quantiles,
            arrayMap(p -> toInt64(ceil(p * observations - 1.96 * sqrt(p * (1 - p) * observations))), [0.5, 0.9]) AS first_rank,
            arrayMap(p -> toInt64(ceil(p * observations + 1.96 * sqrt(p * (1 - p) * observations))), [0.5, 0.9]) AS last_rank,
            arrayMap(r -> if(r < 1, NULL, sorted[greatest(r, 1)]), first_rank) AS lows,
            arrayMap(r -> if(r > observations, NULL, sorted[greatest(r, 1)]), last_rank) AS highs,
            arrayJoin(if(
                is_share,
                [tuple(metric, 'share', toNullable(toDecimal128(hits, 4)), toNullable(toDecimal128(observations, 4)), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'))],
                [tuple(metric, 'direct', NULL, NULL, toNullable(quantiles[1]), lows[1], highs[1]), tuple(concat(metric, '_p90'), 'direct', NULL, NULL, quantiles[2], lows[2], highs[2])])) AS k
        FROM measured
        UNION ALL
        SELECT period, period_start, dimension, member, unsolved AS observations, [] AS quantiles, [] AS first_rank, [] AS last_rank, [] AS lows, [] AS highs,
            tuple('backlog', 'count', toNullable(toDecimal128(unsolved, 4)), CAST(NULL, 'Nullable(Decimal(38, 4))'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)')) AS k
        FROM closing
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
    observations AS n,
    k.5 AS direct,
    k.6 AS low,
    k.7 AS high
FROM part
SETTINGS join_use_nulls = 0
