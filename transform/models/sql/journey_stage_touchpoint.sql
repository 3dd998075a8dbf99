-- comment: What happens at each stage and touchpoint: one row per stage, touchpoint and month.
-- grain: month, stage, touchpoint
-- needs: journey_step
-- refresh: by month
-- touched: SELECT toStartOfMonth(journey_date) AS key FROM waymark_delta.journey_step
-- touched: SELECT toStartOfMonth(journey_date) AS key FROM waymark_delta.fct_journey
-- column: month Date "First day of the month in which the journey began."
-- column: stage LowCardinality(String) "Stage of the customer journey, by the journey rules."
-- column: touchpoint LowCardinality(String) "Where the customer met the company, by the journey rules."
-- column: events UInt64 "Events there."
-- column: steps UInt64 "Steps there: consecutive events are one."
-- column: journeys UInt64 "Distinct journeys that passed."
-- column: settled_journeys UInt64 "Of these, those that are not open."
-- column: customers UInt64 "Distinct customers."
-- column: converted_journeys UInt64 "Journeys that passed and reached the goal in the end."
-- column: exits UInt64 "Journeys that were abandoned there: it was their last step."
-- column: exit_rate Nullable(Float64) "exits / settled_journeys; NULL when all are open."
-- column: conversion_rate Nullable(Float64) "converted_journeys / settled_journeys; NULL when all are open."
-- column: contacted_steps UInt64 "Steps after which the customer contacted service within 72 hours (configurable)."
-- column: contact_rate Float64 "contacted_steps / steps."
-- column: checkout_errors UInt64 "Events that report an error of checkout or payment."
-- column: checkouts_abandoned UInt64 "Checkouts begun there in a visit without an order."
-- column: repeat_contacts UInt64 "Contacts within 72 hours (configurable) of the customer's contact before."
-- column: reopens UInt64 "Tickets reopened."
-- column: scores UInt64 "Scores given there."
-- column: score_sum Float64 "Their sum, each from 0 (worst) to 1 (best) on the scale of its kind."
-- column: mean_score Nullable(Float64) "score_sum / scores."
-- column: low_scores UInt64 "Scores that are low: nps to 6, csat and rating to 2, ces to 3."
-- column: texts UInt64 "Texts whose sentiment is known."
-- column: sentiment_sum Float64 "Sum of their sentiment, each from -1 to 1."
-- column: mean_sentiment Nullable(Float64) "sentiment_sum / texts."
-- column: negative_texts UInt64 "Texts with a sentiment below -0.25."
-- column: median_minutes Nullable(Float64) "Median minutes from the beginning of a step there to that of the next; of the last step of a journey, to its last event."
-- test: not_null(stage, touchpoint)
-- test: events are those of the journeys: SELECT sum(events) AS counted, (SELECT sum(events) FROM waymark_mart.fct_journey) AS wanted FROM {table} HAVING counted != wanted
-- test: every abandoned journey ends at one: SELECT sum(exits) AS counted, (SELECT countIf(outcome = 'abandoned') FROM waymark_mart.fct_journey) AS wanted FROM {table} HAVING counted != wanted
SELECT
    toStartOfMonth(s.journey_date) AS month,
    s.stage AS stage,
    s.touchpoint AS touchpoint,
    sum(s.events) AS events,
    count() AS steps,
    uniqExact(s.journey_key) AS journeys,
    uniqExactIf(s.journey_key, j.outcome != 'open') AS settled_journeys,
    uniqExact(s.customer_key) AS customers,
    uniqExactIf(s.journey_key, j.outcome = 'converted') AS converted_journeys,
    countIf(s.is_last AND j.outcome = 'abandoned') AS exits,
    if(settled_journeys = 0, NULL, exits / settled_journeys) AS exit_rate,
    if(settled_journeys = 0, NULL, converted_journeys / settled_journeys) AS conversion_rate,
    countIf(s.is_contact_next) AS contacted_steps,
    contacted_steps / steps AS contact_rate,
    sum(s.checkout_errors) AS checkout_errors,
    sum(s.checkouts_abandoned) AS checkouts_abandoned,
    sum(s.repeat_contacts) AS repeat_contacts,
    sum(s.reopens) AS reopens,
    sum(s.scores) AS scores,
    sum(s.score_points) / 10000 AS score_sum,
    if(scores = 0, NULL, score_sum / scores) AS mean_score,
    sum(s.low_scores) AS low_scores,
    sum(s.texts) AS texts,
    sum(s.sentiment_points) / 10000 AS sentiment_sum,
    if(texts = 0, NULL, sentiment_sum / texts) AS mean_sentiment,
    sum(s.negative_texts) AS negative_texts,
    quantileExactInclusiveOrNull(0.5)(s.duration_ms) / 60000 AS median_minutes
FROM waymark_mart.journey_step AS s
INNER JOIN (SELECT journey_key, outcome FROM waymark_mart.fct_journey) AS j ON s.journey_key = j.journey_key
WHERE true /* touched toStartOfMonth(s.journey_date) */
GROUP BY month, stage, touchpoint
SETTINGS join_use_nulls = 0
