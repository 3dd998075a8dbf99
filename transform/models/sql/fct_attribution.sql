-- comment: Who gets the credit for a conversion: one row per conversion (order placed, opportunity won), model and touch that gets any. Credits of a conversion add up to 1 in each model, values to its value.
-- grain: conversion_key, model, touch_key
-- needs: attribution_path
-- order_by: model, conversion_date, conversion_key, position
-- column: conversion_key UUID "Hash of the order or opportunity."
-- column: conversion_type LowCardinality(String) "order or opportunity."
-- column: conversion_id String "Number of the order or opportunity."
-- column: conversion_date Date "Day of the order, or the close date, in the reporting time zone."
-- column: converted_at DateTime64(3,'UTC') "When; of an opportunity, the end of its close date."
-- column: customer_key UUID "The customer; zero where an opportunity names an account only."
-- column: model LowCardinality(String) "first, last, last_non_direct (the last touch that is not direct within 30 days, configurable, else the last), linear, position (40/20/40; 50/50 of two), time_decay (half-life 7 days, configurable) or markov (by removal effect, see attribution_markov)."
-- column: touch_key UUID "Session, or event of the response or click; zero where no touch is known."
-- column: touch_type LowCardinality(String) "session, campaign_response, email_click, or none: no touch within the look-back is known and the order's own channel gets all."
-- column: touched_at DateTime64(3,'UTC') "When the touch was; of a session, its beginning."
-- column: position UInt32 "Number of the touch before the conversion, from 1."
-- column: touches UInt32 "Touches of the conversion within the look-back (90 days, configurable); of more than 100 the newest 100 count."
-- column: channel LowCardinality(String) "Channel of the touch; (unknown) where it names none; (none) where no touch and no channel is known."
-- column: source LowCardinality(String) "Traffic source of the touch."
-- column: medium LowCardinality(String) "Traffic medium of the touch."
-- column: campaign LowCardinality(String) "Campaign of the touch."
-- column: credit Float64 "Share of the conversion, above 0 and at most 1."
-- column: value_reporting Nullable(Decimal(18,4)) "Share of its value: orders net of refunds, amounts of opportunities; NULL when that is unknown."
-- column: currency LowCardinality(String) "The reporting currency."
-- test: accepted_values(model: first, last, last_non_direct, linear, position, time_decay, markov)
-- test: range(credit: 0, 1)
-- test: credits of a conversion add up to 1: SELECT conversion_key, model, sum(credit) AS total FROM {table} GROUP BY conversion_key, model HAVING abs(total - 1) > 0.000000001
-- test: values of a conversion add up to its value: SELECT t.conversion_key, t.model, t.total, p.value_reporting FROM (SELECT conversion_key, model, sum(value_reporting) AS total FROM {table} GROUP BY conversion_key, model) AS t LEFT ANY JOIN (SELECT path_key, value_reporting FROM waymark_mart.attribution_path WHERE is_converted AND position = 1) AS p ON t.conversion_key = p.path_key WHERE ifNull(t.total, -1) != ifNull(p.value_reporting, -1)
-- test: every conversion is in every model: SELECT uniqExact(conversion_key, model) AS counted, 7 * (SELECT uniqExactIf(path_key, is_converted) FROM waymark_mart.attribution_path) AS wanted FROM {table} HAVING counted != wanted
WITH
    conversion AS (
        SELECT
            p.path_key AS path_key,
            min(tuple(p.conversion_type, p.conversion_id, p.conversion_date, p.converted_at, p.customer_key)) AS c,
            min(p.value_reporting) AS value,
            max(p.converted_at) AS at,
            arraySort(groupArray(tuple(p.position, p.touched_at, p.touch_key, p.touch_type, p.channel, p.source, p.medium, p.campaign,
                if(m.channel = '', '(other channels)', m.channel), if(m.channel = '', ifNull((SELECT sum(removal_effect) FROM waymark_mart.attribution_markov WHERE channel = '(other channels)'), 0), m.removal_effect)))) AS t
        FROM waymark_mart.attribution_path AS p
        LEFT ANY JOIN waymark_mart.attribution_markov AS m ON p.channel = m.channel
        WHERE p.is_converted
        GROUP BY p.path_key
    ),
    -- A lambda copies for each element whatever else it looks at: of arrays that may only be the one of channels, which is short. Hence a SELECT for each step.
    counted AS (
        SELECT
            path_key, c, value, at, t, toUInt32(length(t)) AS n, t[-1].2 AS newest,
            arrayLastIndex(x -> x.5 != 'direct' AND x.2 >= at - toIntervalDay({non_direct_days:UInt16}), t) AS non_direct,
            arrayReduce('sumMap', arrayMap(x -> [x.9], t), arrayMap(x -> [toUInt64(1)], t)) AS alike
        FROM conversion
    ),
    weighed AS (
        SELECT
            path_key, c, value, t, n,
            arrayMap(x -> x.10 / alike.2[indexOf(alike.1, x.9)], t) AS removal, -- a channel's effect is shared by its touches
            arrayJoin([
                tuple('first', arrayMap(i -> if(i = 1, 1., 0.), arrayEnumerate(t))),
                tuple('last', arrayMap(i -> if(i = n, 1., 0.), arrayEnumerate(t))),
                tuple('last_non_direct', arrayMap(i -> if(i = if(non_direct = 0, n, non_direct), 1., 0.), arrayEnumerate(t))),
                tuple('linear', arrayMap(i -> 1., arrayEnumerate(t))),
                tuple('position', arrayMap(i -> multiIf(n <= 2, 1., i = 1 OR i = n, 0.4, 0.2 / (n - 2)), arrayEnumerate(t))),
                -- By age against the newest touch: shares are the same, and do not all vanish where the newest is old.
                tuple('time_decay', arrayMap(x -> exp2(-greatest(0, dateDiff('millisecond', x.2, newest)) / (86400000. * {half_life_days:UInt16})), t)),
                tuple('markov', if(arraySum(removal) = 0, arrayMap(i -> 1., arrayEnumerate(t)), removal))]) AS w
        FROM counted
    ),
    shared AS (SELECT path_key, c, value, t, n, w.1 AS model, w.2 AS weights, arraySum(weights) AS total FROM weighed),
    credits AS (SELECT path_key, c, value, t, n, model, arrayMap(x -> x / total, weights) AS credits, arrayLastIndex(x -> x > 0, credits) AS last_one FROM shared),
    -- Values are cut from the running total, so that rounding loses nothing.
    credited AS (
        SELECT
            path_key, c, value, n, model,
            arrayMap((x, i) -> if(value IS NULL OR i >= last_one, value, reinterpret(toInt64(round(toFloat64(assumeNotNull(value)) * least(x, 1.) * 10000)), 'Decimal(18,4)')),
                arrayCumSum(credits), arrayEnumerate(credits)) AS running,
            arrayJoin(arrayZip(t, credits, running, arrayPushFront(arrayPopBack(running), toDecimal64(0, 4)))) AS r
        FROM credits
    )
SELECT
    path_key AS conversion_key,
    c.1 AS conversion_type,
    c.2 AS conversion_id,
    c.3 AS conversion_date,
    c.4 AS converted_at,
    c.5 AS customer_key,
    model,
    r.1.3 AS touch_key,
    r.1.4 AS touch_type,
    r.1.2 AS touched_at,
    r.1.1 AS position,
    n AS touches,
    r.1.5 AS channel,
    r.1.6 AS source,
    r.1.7 AS medium,
    r.1.8 AS campaign,
    r.2 AS credit,
    r.3 - r.4 AS value_reporting,
    {currency:String} AS currency
FROM credited
WHERE credit > 0
SETTINGS join_use_nulls = 0
