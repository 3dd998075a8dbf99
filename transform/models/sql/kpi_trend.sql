-- comment: What changed lately: one row per KPI, dimension, member and kind of signal, by its days up to the day before the last (the last may be incomplete), or as many before it as its values take to settle (schemas/kpis.yaml). Only sums and values that days have of their own; a stock is no row of independent days. Days are judged on a scale of even spread (square root of counts, logarithm of money and times, arcsine of shares) less the median of their weekday. Nothing is said of series with less than 28 days or trend_observations.
-- grain: kpi, dimension, member, signal
-- touched: SELECT 1 AS key FROM waymark_delta.kpi_daily WHERE kpi_date < (SELECT max(last_day) FROM waymark_mart.event_clock)
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock
-- column: kpi LowCardinality(String) "KPI, by its id in kpi_definition."
-- column: dimension LowCardinality(String) "Dimension."
-- column: member LowCardinality(String) "Member of the dimension."
-- column: signal LowCardinality(String) "week_over_week: the last 7 days against the 7 before. same_weekdays: the last 7 days against the same weekdays of the 4 weeks before. outlier: the day of the last 28 that is farthest from the median, in MADs, of those with 20 observations. trend: Mann-Kendall test, ties corrected. change_point: Pettitt test; the level before and after."
-- column: on_date Date "Last day of what is judged; for outlier that day, for change_point the first day of the new level."
-- column: days UInt32 "Days with a value."
-- column: n UInt64 "Observations of these days."
-- column: value Float64 "Mean of the days judged; of the days after the change; of the last quarter of the days for trend."
-- column: reference Float64 "What it is held against: mean of the other days, median for outlier, of the first quarter for trend."
-- column: change Float64 "value less reference."
-- column: statistic Float64 "z of the differences and of the outlier, Kendall's tau, Pettitt's K / its greatest possible value."
-- column: p_value Float64 "Probability of so much or more, were the days in random order."
-- column: q_value Float64 "p_value corrected for the number of rows of this table (Benjamini-Hochberg): flagging up to q keeps the share of false alarms among the flags at q, and the chance of any at all in data without a change."
-- column: is_flagged Bool "q_value is at most 0.05."
-- column: is_improvement Bool "The change goes the way that is good."
-- column: sentence String "The row in plain words."
-- test: not_null(kpi, dimension, member, signal)
-- test: accepted_values(signal: week_over_week, same_weekdays, outlier, trend, change_point)
-- test: range(p_value: 0, 1)
-- test: range(q_value: 0, 1)
-- test: nothing is flagged on few days: SELECT kpi, member FROM {table} WHERE is_flagged AND (days < 28 OR n < {trend_observations:UInt32})
WITH
    -- Both tails of a t distribution, by Wallace's approximation.
    (t, df) -> least(1, erfc((8 * df + 1) / (8 * df + 3) * sqrt(df * log1p(t * t / df)) / sqrt(2))) AS tail,
    assumeNotNull((SELECT max(last_day) FROM waymark_mart.event_clock)) - 1 AS last_day,
    definition AS (
        SELECT c[1] AS id, c[2] AS unit, c[3] AS way, c[4] AS aggregation, c[5] AS name, last_day - greatest(toUInt16(c[6]), if(id = 'fcr_rate', {fcr_days:UInt16} + 1, 0)) AS upto
        FROM (SELECT splitByChar('|', arrayJoin(splitByChar(';', {catalogue:String}))) AS c)
        WHERE aggregation IN ('ratio', 'sum', 'distinct', 'percentile')
    ),
    -- The days of a series; a sum is 0 on days without a row.
    series AS (
        SELECT
            kpi, dimension, member, min(unit) AS u, min(way) AS w, min(name) AS label, min(upto) AS until, sum(n) AS observations,
            arraySort(x -> x.1, groupArray(tuple(kpi_date, assumeNotNull(value), n))) AS known,
            if(min(aggregation) = 'sum', arrayMap(i -> toDate(i), range(toUInt32(known[1].1), toUInt32(until) + 1)), known.1) AS dates,
            if(min(aggregation) = 'sum', arrayMap(d -> known.2[indexOf(known.1, d)], dates), known.2) AS values,
            -- One or two answers make any share: only days with enough of them can stand out. A sum is what was counted.
            if(min(aggregation) = 'sum', arrayMap(d -> 1, dates), arrayMap(c -> toInt64(c >= 20), known.3)) AS solid,
            length(dates) AS days
        FROM (
            SELECT k.kpi AS kpi, k.dimension AS dimension, k.member AS member, k.kpi_date AS kpi_date, k.value AS value, k.n AS n, d.unit AS unit, d.way AS way, d.name AS name, d.aggregation AS aggregation, d.upto AS upto
            FROM waymark_mart.kpi_daily AS k
            INNER JOIN definition AS d ON toString(k.kpi) = d.id
            WHERE k.kpi_date <= d.upto AND k.kpi_date > d.upto - {trend_days:UInt16} AND k.value IS NOT NULL
        )
        GROUP BY kpi, dimension, member
        -- What has ended long ago is no news; that a sum has come to nothing is.
        HAVING days >= 28 AND observations >= {trend_observations:UInt32} AND max(kpi_date) > until - if(min(aggregation) = 'sum', 28, 7)
    ),
    scaled AS (
        SELECT
            *,
            multiIf(
                u = 'share', arrayMap(v -> asin(sqrt(least(greatest(v, 0), 1))), values),
                u = 'count', arrayMap(v -> sqrt(greatest(v, 0)), values),
                u IN ('money', 'minutes', 'days', 'ratio'), arrayMap(v -> sign(v) * log1p(abs(v)), values),
                values) AS even,
            arrayMap(d -> toDayOfWeek(d), dates) AS weekdays,
            arrayMap(x -> arrayReduce('quantileExactInclusive(0.5)', arrayFilter((v, y) -> y = x, even, weekdays)), range(1, 8)) AS medians,
            arrayMap((v, x) -> round(v - medians[x], 9), even, weekdays) AS rest,
            arrayMap(x -> arrayReduce('quantileExactInclusive(0.5)', arrayFilter((v, y) -> y = x, values, weekdays)), range(1, 8)) AS plain_medians,
            arrayMap((v, x) -> v - plain_medians[x], values, weekdays) AS plain_rest
        FROM series
    ),
    ranked AS (
        SELECT
            *,
            arraySort(rest) AS sorted,
            arrayMap(x -> indexOf(sorted, x) + (countEqual(sorted, x) - 1) / 2, rest) AS ranks,
            arraySum(arrayMap(x -> (countEqual(sorted, x) - 1) * (2 * countEqual(sorted, x) + 5), rest)) AS ties,
            arraySum(arrayMap((x, i) -> arraySum(arrayMap(y -> toInt64(sign(y - x)), arraySlice(rest, i))), rest, arrayEnumerate(rest))) AS kendall,
            -- 7 medians were taken out.
            sqrt(arraySum(arrayMap(x -> pow(x - arrayAvg(rest), 2), rest)) / (days - 7)) AS spread,
            arrayReduce('quantileExactInclusive(0.5)', rest) AS middle,
            1.4826 * arrayReduce('quantileExactInclusive(0.5)', arrayMap(x -> abs(x - middle), rest)) * sqrt(days / (days - 7)) AS mad,
            arrayReduce('quantileExactInclusive(0.5)', plain_rest) AS plain_middle,
            1.4826 * arrayReduce('quantileExactInclusive(0.5)', arrayMap(x -> abs(x - plain_middle), plain_rest)) * sqrt(days / (days - 7)) AS plain_mad,
            arrayMap((r, i) -> 2 * r - i * (days + 1), arrayCumSum(ranks), arrayEnumerate(ranks)) AS pettitt,
            arrayMap(x -> abs(x), pettitt) AS distance,
            indexOf(distance, arrayMax(distance)) AS turn,
            arrayMap(d -> d > until - 7, dates) AS in_week,
            arrayMap(d -> d <= until - 7 AND d > until - 14, dates) AS in_last,
            arrayMap(d -> d <= until - 7 AND d > until - 35, dates) AS in_month,
            arrayMap((x, d, c) -> if(d > until - 28 AND c = 1, abs(x - middle), -1), rest, dates, solid) AS far,
            indexOf(far, arrayMax(far)) AS odd
        FROM scaled
    ),
    -- Signal, day, value, reference, statistic, p.
    signal AS (
        SELECT
            kpi, dimension, member, u, w, label, days, observations,
            arrayJoin(arrayFilter(x -> isFinite(x.5) AND isFinite(x.6), [
                tuple('week_over_week', until, arrayAvg(arrayFilter((v, b) -> b, values, in_week)), arrayAvg(arrayFilter((v, b) -> b, values, in_last)),
                    (arrayAvg(arrayFilter((v, b) -> b, rest, in_week)) - arrayAvg(arrayFilter((v, b) -> b, rest, in_last))) / spread / sqrt(1 / arrayCount(in_week) + 1 / arrayCount(in_last)) AS weekly,
                    tail(weekly, days - 7)),
                tuple('same_weekdays', until, arrayAvg(arrayFilter((v, b) -> b, values, in_week)), arrayAvg(arrayFilter((v, b) -> b, values, in_month)),
                    (arrayAvg(arrayFilter((v, b) -> b, rest, in_week)) - arrayAvg(arrayFilter((v, b) -> b, rest, in_month))) / spread / sqrt(1 / arrayCount(in_week) + 1 / arrayCount(in_month)) AS monthly,
                    tail(monthly, days - 7)),
                tuple('outlier', dates[odd], values[odd], arrayReduce('quantileExactInclusive(0.5)', values), sign(rest[odd] - middle) * least(abs(rest[odd] - middle) / mad, abs(plain_rest[odd] - plain_middle) / plain_mad) AS lonely, -- on either scale
                    if(arrayMax(far) < 0, nan, least(1, arrayCount(x -> x >= 0, far) * tail(lonely, greatest(3, floor(0.37 * (days - 7))))))),
                tuple('trend', until, arrayAvg(arraySlice(values, -intDiv(days, 4))), arrayAvg(arraySlice(values, 1, intDiv(days, 4))), kendall / (days * (days - 1) / 2),
                    erfc(greatest(abs(kendall) - 1, 0) / sqrt((days * (days - 1) * (2 * days + 5) - ties) / 18) / sqrt(2))),
                tuple('change_point', dates[least(turn + 1, days)], arrayAvg(arraySlice(values, least(turn + 1, days))), arrayAvg(arraySlice(values, 1, turn)), distance[turn] / intDiv(days * days, 4),
                    least(1, 2 * exp(-6 * pow(distance[turn], 2) / (pow(days, 3) + pow(days, 2)))))])) AS s
        FROM ranked
        WHERE spread > 0
    ),
    ordered AS (
        SELECT *, s.6 AS p, row_number() OVER (ORDER BY s.6, kpi, dimension, member, s.1) AS nth, count() OVER () AS tests
        FROM signal
    )
SELECT
    kpi,
    dimension,
    member,
    s.1 AS signal,
    s.2 AS on_date,
    toUInt32(days) AS days,
    observations AS n,
    s.3 AS value,
    s.4 AS reference,
    value - reference AS change,
    s.5 AS statistic,
    p AS p_value,
    least(1, min(p * (tests / nth)) OVER (ORDER BY nth ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS q_value,
    q_value <= 0.05 AS is_flagged,
    if(w = 'up', change > 0, change < 0) AS is_improvement,
    concat(
        label, if(dimension = 'all', '', concat(' (', dimension, ' ', member, ')')), ': ',
        multiIf(
            signal = 'week_over_week', concat('the last 7 days to ', toString(on_date)),
            signal = 'same_weekdays', concat('the last 7 days to ', toString(on_date), ' against the same weekdays of 4 weeks before'),
            signal = 'outlier', toString(on_date),
            signal = 'trend', concat('the last ', toString(intDiv(days, 4)), ' days to ', toString(on_date), ' against the first'),
            concat('from ', toString(on_date), ' on')),
        ' ', if(u = 'share', concat(toString(round(100 * value, 1)), ' %'), toString(round(value, 2))),
        multiIf(signal = 'outlier', ', usually ', ', before '), if(u = 'share', concat(toString(round(100 * reference, 1)), ' %'), toString(round(reference, 2))),
        if(is_flagged, multiIf(signal = 'outlier', ': far outside the usual', signal = 'trend', concat(': a steady ', if(statistic > 0, 'rise', 'fall')), ': a change'), ': no more than chance'),
        ' (', toString(days), ' days, n = ', toString(n), ', p = ', toString(round(p_value, 4)), ', ', toString(round(q_value, 4)), ' for all tests together).') AS sentence
FROM ordered
SETTINGS max_block_size = 256
