-- comment: Parts of the self-service KPI for every period: of known customers' visits to help pages, those that no ticket followed within 24 hours.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- partition: quarter(period_start)
-- needs: fct_session
-- refresh: by (period, period_start)
-- touched: SELECT arrayJoin([tuple('day', session_date), tuple('week', toMonday(session_date)), tuple('month', toStartOfMonth(session_date)), tuple('quarter', toStartOfQuarter(session_date))]) AS key FROM waymark_delta.fct_session WHERE has_help
-- touched: SELECT arrayJoin([tuple('day', session_date), tuple('week', toMonday(session_date)), tuple('month', toStartOfMonth(session_date)), tuple('quarter', toStartOfQuarter(session_date))]) AS key FROM waymark_mart.fct_session WHERE has_help AND customer_key IN (SELECT customer_key FROM waymark_delta.fct_ticket)
-- touched: SELECT arrayJoin([tuple('day', session_date), tuple('week', toMonday(session_date)), tuple('month', toStartOfMonth(session_date)), tuple('quarter', toStartOfQuarter(session_date))]) AS key FROM waymark_mart.fct_session WHERE has_help AND ended_at + toIntervalHour(24) > (SELECT max(last_event_at) FROM waymark_mart.ticket_timeline WHERE (system, ticket_id) NOT IN (SELECT system, ticket_id FROM waymark_delta.ticket_timeline))
-- touched: SELECT arrayJoin([tuple('day', session_date), tuple('week', toMonday(session_date)), tuple('month', toStartOfMonth(session_date)), tuple('quarter', toStartOfQuarter(session_date))]) AS key FROM waymark_mart.fct_session WHERE has_help AND customer_key IN (SELECT customer_key FROM waymark_delta.dim_customer GROUP BY customer_key, is_known, is_generic, segment, country HAVING count() = 1)
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
-- test: no more visits end well than there are: SELECT period_start, member FROM {table} WHERE numerator > denominator OR numerator < 0
WITH
    -- A ticket can only be seen to follow where the visitor is known to the other systems, and once the 24 hours are over.
    visit AS (
        SELECT
            h.session_date AS date, h.customer_key AS customer_key, h.channel AS channel,
            toUInt64(empty(t.customer_key) OR t.created_at > h.ended_at + toIntervalHour(24)) AS is_served
        FROM waymark_mart.fct_session AS h
        ASOF LEFT JOIN (SELECT customer_key, created_at FROM waymark_mart.fct_ticket WHERE notEmpty(customer_key)) AS t ON h.customer_key = t.customer_key AND h.started_at <= t.created_at
        WHERE h.has_help /* touched ('quarter', toStartOfQuarter(h.session_date)) or ('week', toMonday(h.session_date)) */
            AND h.customer_key IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_known AND NOT is_generic)
            AND h.ended_at + toIntervalHour(24) <= (SELECT max(last_event_at) FROM waymark_mart.ticket_timeline)
    ),
    measured AS (
        SELECT p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, count() AS visits, sum(is_served) AS served
        FROM (
            SELECT
                v.is_served AS is_served,
                arrayJoin([tuple('all', 'all'), tuple('segment', if(c.segment = '', '(unknown)', toString(c.segment))), tuple('country', if(c.country = '', '(unknown)', toString(c.country))),
                    tuple('channel', if(v.channel = '', '(unknown)', toString(v.channel)))]) AS d,
                arrayJoin([tuple('day', v.date), tuple('week', toMonday(v.date)), tuple('month', toStartOfMonth(v.date)), tuple('quarter', toStartOfQuarter(v.date))]) AS p
            FROM visit AS v
            LEFT ANY JOIN waymark_mart.dim_customer AS c ON v.customer_key = c.customer_key
        )
        GROUP BY period, period_start, dimension, member
    )
SELECT
    period,
    period_start,
    'self_service_rate' AS kpi,
    'share' AS form,
    dimension,
    member,
    toDecimal64(served, 4) AS numerator,
    toDecimal64(visits, 4) AS denominator,
    visits AS n,
    CAST(NULL, 'Nullable(Float64)') AS direct,
    CAST(NULL, 'Nullable(Float64)') AS low,
    CAST(NULL, 'Nullable(Float64)') AS high
FROM measured
WHERE true /* touched (period, period_start) */
SETTINGS join_use_nulls = 0
