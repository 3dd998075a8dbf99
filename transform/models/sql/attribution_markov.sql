-- comment: What is lost without a channel: removal effects of the Markov chain over all paths of touches, converting and not. One row per channel; the 50 with most touches, the rest together as (other channels).
-- grain: channel
-- column: channel LowCardinality(String) "Channel; (other channels) stands for those beyond the 50 with most touches."
-- column: touches UInt64 "Touches."
-- column: paths UInt64 "Paths that it is on."
-- column: conversion_probability Float64 "Probability that a path converts, by the chain; the same for all channels."
-- column: reach_probability Float64 "Probability that a path comes to the channel."
-- column: removal_effect Float64 "Share of conversions that are lost when paths end at the channel: reach_probability × probability to convert from there / conversion_probability."
-- column: share Nullable(Float64) "removal_effect / sum of all; NULL when nothing converts."
-- test: the chain converts as often as the paths do: SELECT channel, conversion_probability, (SELECT uniqExactIf(path_key, is_converted) / uniqExact(path_key) FROM waymark_mart.attribution_path WHERE touch_type != 'none') AS wanted FROM {table} WHERE abs(conversion_probability - wanted) > 0.000000001
-- test: range(removal_effect: 0, 1.000001)
-- test: shares add up to 1: SELECT sum(share) AS total FROM {table} HAVING count(share) > 0 AND abs(total - 1) > 0.000000001
WITH
    -- States of the chain: 1 to 50 are channels, 51 is the rest.
    listed AS (
        SELECT channel, least(row_number() OVER (ORDER BY number DESC, channel), 51) AS state
        FROM (SELECT channel, count() AS number FROM waymark_mart.attribution_path WHERE touch_type != 'none' GROUP BY channel)
    ),
    placed AS (
        SELECT p.path_key AS path_key, p.is_converted AS is_converted, p.position AS position, l.state AS state, l.channel AS channel
        FROM waymark_mart.attribution_path AS p
        INNER JOIN listed AS l ON p.channel = l.channel
        WHERE p.touch_type != 'none'
    ),
    -- 0 is the beginning, 52 a conversion, 53 the end without one. A channel that follows itself says nothing: it cannot
    -- change where a path ends.
    move AS (
        SELECT m.1 AS a, m.2 AS b, count() AS times
        FROM (
            SELECT
                arrayCompact(arrayMap(x -> x.2, arraySort(groupArray(tuple(position, toUInt8(state)))))) AS states,
                arrayJoin(arrayZip(arrayPushFront(states, 0), arrayPushBack(states, if(max(is_converted), 52, 53)))) AS m
            FROM placed
            GROUP BY path_key
        )
        GROUP BY a, b
    ),
    -- Probabilities to go from a to each channel, and to convert at once.
    outgoing AS (
        SELECT
            a,
            arrayMap(x -> x / sum(times), sumForEach(arrayMap(j -> if(j = b, times, 0), range(1, 1 + (SELECT max(state) FROM listed))))) AS to_channel,
            sumIf(times, b = 52) / sum(times) AS to_goal
        FROM move
        GROUP BY a
    ),
    chain AS (
        SELECT
            arraySort(groupArrayIf(tuple(a, to_channel, to_goal), a > 0)) AS states,
            arrayMap(x -> x.2, states) AS q,
            arrayMap(x -> x.3, states) AS goal,
            argMinIf(to_channel, a, a = 0) AS start
        FROM outgoing
    ),
    -- The fundamental matrix N = (I - Q)^-1: how often each channel is visited from each. Gauss–Jordan on [I - Q | I], one
    -- pivot after the other; no pivot is zero, as every channel leads to an end sooner or later. This is exact: the
    -- number of steps is the number of channels, and nothing has to converge.
    solved AS (
        SELECT
            start, goal, length(q) AS n,
            arrayMap(row -> arraySlice(row, n + 1), arrayFold(
                (m, k) -> arrayMap((row, i) -> if(i = k,
                    arrayMap(x -> x / row[k], row),
                    arrayMap((x, y) -> x - row[k] * y / m[k][k], row, m[k])), m, arrayEnumerate(m)),
                arrayEnumerate(q),
                arrayMap((row, i) -> arrayConcat(
                    arrayMap((x, j) -> if(i = j, 1., 0.) - x, row, arrayEnumerate(row)),
                    arrayMap(j -> if(i = j, 1., 0.), arrayEnumerate(row))), q, arrayEnumerate(q)))) AS visits,
            -- From each channel, the probability to convert; from the beginning, to come to each channel, and to convert.
            arrayMap(row -> arraySum(arrayMap((x, y) -> x * y, row, goal)), visits) AS converts,
            arrayMap(c -> arraySum(arrayMap((p, row) -> p * row[c], start, visits)) / visits[c][c], arrayEnumerate(q)) AS reach,
            arraySum(arrayMap((p, x) -> p * x, start, converts)) AS total,
            -- Without a channel what is lost is what would have come to it and converted from there.
            arrayMap((r, x) -> if(total = 0, 0., r * x / total), reach, converts) AS effects
        FROM chain
    ),
    named AS (
        SELECT state, if(state = 51, '(other channels)', min(channel)) AS channel, count() AS touches, uniqExact(path_key) AS paths
        FROM placed
        GROUP BY state
    )
SELECT
    c.channel AS channel,
    c.touches AS touches,
    c.paths AS paths,
    s.total AS conversion_probability,
    s.reach[c.state] AS reach_probability,
    s.effects[c.state] AS removal_effect,
    if(s.total = 0, NULL, s.effects[c.state] / arraySum(s.effects)) AS share
FROM named AS c
CROSS JOIN solved AS s
SETTINGS join_use_nulls = 0
