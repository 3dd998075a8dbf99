-- comment: Parts of the KPIs of contracts for every week, month and quarter: who and what was lost, shrank and grew of what ran when the period began.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- needs: fct_contract
-- touched: SELECT 1 AS key FROM waymark_delta.fct_contract
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock
-- touched: SELECT 1 AS key FROM waymark_delta.dim_account
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_contract) GROUP BY customer_key, segment, country HAVING count() = 1
-- column: period LowCardinality(String) "week, month or quarter."
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
-- test: nothing is lost that was not there: SELECT period_start, kpi, member FROM {table} WHERE kpi != 'nrr' AND (numerator > denominator OR numerator < 0)
WITH
    -- The holder of contracts is the account, else the customer, else the contract itself.
    move AS (
        SELECT holder, m.1 AS date, sum(m.2) AS delta
        FROM (
            SELECT
                multiIf(notEmpty(account_key), account_key, notEmpty(customer_key), customer_key, reinterpretAsUUID(sipHash128(system, contract_id))) AS holder,
                reinterpretAsInt64(assumeNotNull(mrr_reporting)) AS mrr,
                arrayJoin(arrayConcat([tuple(valid_from, mrr)], if(valid_to IS NULL, [], [tuple(assumeNotNull(valid_to), -mrr)]))) AS m
            FROM waymark_mart.fct_contract
            WHERE mrr_reporting > 0
        )
        WHERE date <= (SELECT max(last_day) FROM waymark_mart.event_clock)
        GROUP BY holder, date
    ),
    change AS (
        SELECT
            m.holder AS holder, m.date AS date, m.after - m.delta AS before, m.after AS after,
            [tuple('all', 'all'), tuple('segment', if(p.segment = '', '(unknown)', toString(p.segment))), tuple('country', if(p.country = '', '(unknown)', toString(p.country)))] AS dimensions
        FROM (SELECT holder, date, delta, sum(delta) OVER (PARTITION BY holder ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS after FROM move) AS m
        LEFT ANY JOIN (
            SELECT customer_key AS holder, segment, country FROM waymark_mart.dim_customer
            UNION ALL
            SELECT account_key AS holder, segment, country FROM waymark_mart.dim_account
        ) AS p ON m.holder = p.holder
    ),
    -- What was there before each day: the opening of the period that the day begins.
    opening AS (
        SELECT p.1 AS period, p.2 AS period_start, dimension, member, argMin(holders, date) AS holders, argMin(mrr, date) AS mrr
        FROM (
            SELECT
                dimension, member, date,
                sum(holders_delta) OVER (PARTITION BY dimension, member ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - holders_delta AS holders,
                sum(mrr_delta) OVER (PARTITION BY dimension, member ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - mrr_delta AS mrr,
                arrayJoin([tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p
            FROM (
                SELECT dimension, member, date, sum(holders) AS holders_delta, sum(mrr) AS mrr_delta
                FROM (
                    SELECT d.1 AS dimension, d.2 AS member, date, toInt64(after > 0) - toInt64(before > 0) AS holders, after - before AS mrr
                    FROM change
                    ARRAY JOIN dimensions AS d
                    UNION ALL
                    SELECT dimension, member, first_day + arrayJoin(range(toUInt32(greatest(dateDiff('day', first_day, last_day), 0)) + 1)) AS date, 0 AS holders, 0 AS mrr
                    FROM (
                        SELECT d.1 AS dimension, d.2 AS member, min(date) AS first_day, (SELECT max(last_day) FROM waymark_mart.event_clock) AS last_day
                        FROM change
                        ARRAY JOIN dimensions AS d
                        GROUP BY dimension, member
                    )
                )
                GROUP BY dimension, member, date
            )
        )
        GROUP BY period, period_start, dimension, member
    ),
    -- Where those holders that changed in a period stood before it and at its end.
    moved AS (
        SELECT
            period, period_start, dimension, member,
            countIf(began > 0 AND ended = 0) AS lost,
            sumIf(began, ended = 0) AS lost_mrr,
            sumIf(began - ended, ended > 0 AND ended < began) AS contraction,
            sumIf(ended - began, began > 0 AND ended > began) AS expansion
        FROM (
            SELECT p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, holder, argMin(before, date) AS began, argMax(after, date) AS ended
            FROM (SELECT *, arrayJoin(dimensions) AS d, arrayJoin([tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p FROM change)
            GROUP BY period, period_start, dimension, member, holder
        )
        GROUP BY period, period_start, dimension, member
    ),
    part AS (
        SELECT o.period AS period, o.period_start AS period_start, o.dimension AS dimension, o.member AS member, o.holders AS holders, arrayJoin([
            tuple('churn_rate', 'share', toInt128(m.lost) * 10000, toInt128(o.holders) * 10000),
            tuple('revenue_churn_rate', 'ratio', toInt128(m.lost_mrr), toInt128(o.mrr)),
            tuple('nrr', 'ratio', toInt128(o.mrr) - m.lost_mrr - m.contraction + m.expansion, toInt128(o.mrr)),
            tuple('grr', 'ratio', toInt128(o.mrr) - m.lost_mrr - m.contraction, toInt128(o.mrr))]) AS k
        FROM opening AS o
        LEFT ANY JOIN moved AS m ON o.period = m.period AND o.period_start = m.period_start AND o.dimension = m.dimension AND o.member = m.member
        WHERE o.holders > 0
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
    toUInt64(holders) AS n,
    CAST(NULL, 'Nullable(Float64)') AS direct,
    CAST(NULL, 'Nullable(Float64)') AS low,
    CAST(NULL, 'Nullable(Float64)') AS high
FROM part
SETTINGS join_use_nulls = 0
