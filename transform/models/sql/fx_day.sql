-- comment: What a currency is worth in the reporting currency on each day: the last rate published on or before the day, at most fx_days days back.
-- hidden: yes
-- grain: currency, date
-- column: currency LowCardinality(String) "Currency."
-- column: date Date "Day."
-- column: multiplier Decimal(38,8) "Amount in the reporting currency = amount × multiplier / divisor, exactly."
-- column: divisor Decimal(38,8) "See multiplier."
-- column: published_on Date "Day the rate was published for."
-- column: bank LowCardinality(String) "System whose rate it is: one that quotes the reporting currency itself comes before one that needs two rates (a cross rate through its own currency, both of one day)."
-- test: a rate is above zero: SELECT currency, date FROM {table} WHERE multiplier <= 0 OR divisor <= 0
-- test: a bank gives one rate for a currency and day: SELECT system, from_currency, to_currency, rate_date FROM waymark_raw.fx_rate WHERE (SELECT count() FROM {table}) >= 0 GROUP BY system, from_currency, to_currency, rate_date HAVING uniqExact(tuple(units, rate)) > 1
WITH
    -- Both directions of every published rate: amount in `to` = amount in `from` × m / d.
    edge AS (
        SELECT system, rate_date, toString(from_currency) AS a, toString(to_currency) AS b, toDecimal128(rate, 4) AS m, toDecimal128(units, 4) AS d
        FROM waymark_raw.fx_rate
        UNION ALL
        SELECT system, rate_date, toString(to_currency), toString(from_currency), toDecimal128(units, 4), toDecimal128(rate, 4)
        FROM waymark_raw.fx_rate
    ),
    quote AS (
        SELECT system, rate_date, a AS currency, CAST(m, 'Decimal(38,8)') AS m, CAST(d, 'Decimal(38,8)') AS d, 0 AS hops
        FROM edge
        WHERE b = {currency:String}
        UNION ALL
        SELECT e.system, e.rate_date, e.a, e.m * f.m, e.d * f.d, 1
        FROM edge AS e
        INNER JOIN (SELECT system, rate_date, a, m, d FROM edge WHERE b = {currency:String}) AS f
            ON e.system = f.system AND e.rate_date = f.rate_date AND e.b = f.a
        WHERE e.a != {currency:String}
    ),
    spread AS (
        SELECT system, currency, rate_date, m, d, hops,
            leadInFrame(toNullable(rate_date)) OVER (
                PARTITION BY system, currency ORDER BY rate_date ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_date
        FROM quote
    )
SELECT
    currency,
    date,
    best.1 AS multiplier,
    best.2 AS divisor,
    best.3 AS published_on,
    best.4 AS bank
FROM (
    SELECT currency, day AS date, argMin(tuple(m, d, rate_date, system), tuple(hops, system)) AS best
    FROM (
        SELECT system, currency, rate_date, m, d, hops,
            arrayJoin(range(toUInt32(rate_date), least(toUInt32(ifNull(next_date, rate_date + {fx_days:UInt16} + 1)), toUInt32(rate_date) + {fx_days:UInt16} + 1))) AS number,
            toDate(number) AS day
        FROM spread
    )
    GROUP BY currency, day
)
