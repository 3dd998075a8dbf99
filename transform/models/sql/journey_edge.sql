-- comment: How customers go on from one step of a journey to the next: one row per transition between stages and touchpoints and month. Each journey begins at (start) and ends at (converted), (open) or (abandoned).
-- grain: month, from_stage, from_touchpoint, to_stage, to_touchpoint
-- needs: journey_step
-- refresh: by month
-- touched: SELECT toStartOfMonth(journey_date) AS key FROM waymark_delta.journey_step
-- touched: SELECT toStartOfMonth(journey_date) AS key FROM waymark_delta.fct_journey
-- column: month Date "First day of the month in which the journey began."
-- column: from_stage LowCardinality(String) "Stage of the step; (start) before the first."
-- column: from_touchpoint LowCardinality(String) "Touchpoint of the step; (start) before the first."
-- column: to_stage LowCardinality(String) "Stage of the next step; after the last (converted), (open) or (abandoned)."
-- column: to_touchpoint LowCardinality(String) "Touchpoint of the next step; after the last (converted), (open) or (abandoned)."
-- column: transitions UInt64 "How often customers went that way."
-- column: journeys UInt64 "Distinct journeys."
-- column: customers UInt64 "Distinct customers."
-- column: converted_journeys UInt64 "Of these journeys, those that reached the goal in the end."
-- column: conversion_rate Nullable(Float64) "converted_journeys / journeys that are not open; NULL when all are."
-- column: settled_journeys UInt64 "Journeys that are not open."
-- column: median_minutes Nullable(Float64) "Median minutes from the last event of the step to the first of the next; NULL at the beginning and end."
-- test: not_null(from_stage, to_stage)
-- test: every step is left once, and every journey begun once: SELECT sum(transitions) AS counted, (SELECT sum(steps + 1) FROM waymark_mart.fct_journey) AS wanted FROM {table} HAVING counted != wanted
-- test: journeys end as they do in fct_journey: SELECT to_stage, sum(transitions) AS counted, (SELECT count() FROM waymark_mart.fct_journey WHERE concat('(', outcome, ')') = to_stage) AS wanted FROM {table} WHERE to_stage IN ('(converted)', '(open)', '(abandoned)') GROUP BY to_stage HAVING counted != wanted
WITH
    step AS (
        SELECT
            s.journey_key AS journey_key, s.customer_key AS customer_key, toStartOfMonth(s.journey_date) AS month, s.step AS step,
            toString(s.stage) AS stage, toString(s.touchpoint) AS touchpoint, s.is_last AS is_last,
            leadInFrame(tuple(toString(s.stage), toString(s.touchpoint))) OVER w AS next_place,
            dateDiff('millisecond', s.ended_at, leadInFrame(s.started_at) OVER w) AS wait_ms
        FROM waymark_mart.journey_step AS s
        WHERE true /* touched toStartOfMonth(s.journey_date) */
        WINDOW w AS (PARTITION BY s.journey_key ORDER BY s.step ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
    ),
    edge AS (
        SELECT
            s.month AS month, s.journey_key AS journey_key, s.customer_key AS customer_key, j.outcome AS outcome,
            arrayJoin(if(s.step = 1, [0, 1], [1])) AS way,
            if(way = 0, tuple('(start)', '(start)'), tuple(s.stage, s.touchpoint)) AS origin,
            multiIf(way = 0, tuple(s.stage, s.touchpoint), s.is_last, tuple(concat('(', j.outcome, ')'), concat('(', j.outcome, ')')), s.next_place) AS target,
            if(way = 0 OR s.is_last, NULL, s.wait_ms) AS wait_ms
        FROM step AS s
        INNER JOIN (SELECT journey_key, toString(outcome) AS outcome FROM waymark_mart.fct_journey) AS j ON s.journey_key = j.journey_key
    )
SELECT
    e.month AS month,
    e.origin.1 AS from_stage,
    e.origin.2 AS from_touchpoint,
    e.target.1 AS to_stage,
    e.target.2 AS to_touchpoint,
    count() AS transitions,
    uniqExact(e.journey_key) AS journeys,
    uniqExact(e.customer_key) AS customers,
    uniqExactIf(e.journey_key, e.outcome = 'converted') AS converted_journeys,
    if(settled_journeys = 0, NULL, converted_journeys / settled_journeys) AS conversion_rate,
    uniqExactIf(e.journey_key, e.outcome != 'open') AS settled_journeys,
    quantileExactInclusiveOrNull(0.5)(e.wait_ms) / 60000 AS median_minutes
FROM edge AS e
GROUP BY e.month, e.origin, e.target
SETTINGS join_use_nulls = 0
