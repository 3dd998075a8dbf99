-- comment: One row per customer journey: a customer's events up to 30 days of silence (configurable) or to the visit in which an order was placed or an opportunity won.
-- grain: journey_key
-- needs: journey_step
-- partition: month(journey_date)
-- order_by: journey_date, journey_key
-- refresh: by customer_key
-- touched: SELECT customer_key AS key FROM waymark_delta.journey_step
-- touched: SELECT customer_key AS key FROM waymark_mart.journey_step WHERE ended_date >= (SELECT min(last_day) FROM waymark_delta.event_clock) - {journey_silence_days:UInt16}
-- column: journey_key UUID "Hash of the customer and the journey's first event."
-- column: customer_key UUID "The customer."
-- column: started_at DateTime64(3,'UTC') "First event."
-- column: ended_at DateTime64(3,'UTC') "Last event."
-- column: journey_date Date "Day of the first event in the reporting time zone."
-- column: ended_date Date "Day of the last event in the reporting time zone."
-- column: minutes Float64 "Minutes from the first event to the last."
-- column: events UInt32 "Number of events. Not counted: what was merely sent (e-mails, survey invitations), what staff do out of sight (notes, assignments, changed fields and states), further reports of one order or rating."
-- column: sessions UInt32 "Visits of the web shop or app."
-- column: steps UInt32 "Steps: consecutive events at one stage and touchpoint are one."
-- column: touchpoints UInt32 "Distinct pairs of stage and touchpoint."
-- column: path String "The steps in order, stage/touchpoint, divided by ' > '; after 40 steps … stands for the others."
-- column: stages UInt8 "Number of stages reached."
-- column: stages_reached String "Stages reached, in the order of the customer journey."
-- column: furthest_stage LowCardinality(String) "The last of these: awareness, consideration, purchase, onboarding, use, service, loyalty or advocacy."
-- column: minutes_awareness Float64 "Minutes in stage awareness: from the beginning of each of its steps to that of the next step."
-- column: minutes_consideration Float64 "Minutes in stage consideration: from the beginning of each of its steps to that of the next step."
-- column: minutes_purchase Float64 "Minutes in stage purchase: from the beginning of each of its steps to that of the next step."
-- column: minutes_onboarding Float64 "Minutes in stage onboarding: from the beginning of each of its steps to that of the next step."
-- column: minutes_use Float64 "Minutes in stage use: from the beginning of each of its steps to that of the next step."
-- column: minutes_service Float64 "Minutes in stage service: from the beginning of each of its steps to that of the next step."
-- column: minutes_loyalty Float64 "Minutes in stage loyalty: from the beginning of each of its steps to that of the next step."
-- column: minutes_advocacy Float64 "Minutes in stage advocacy: from the beginning of each of its steps to that of the next step."
-- column: first_channel LowCardinality(String) "Channel of the first event that names one."
-- column: last_channel LowCardinality(String) "Channel of the last event that names one."
-- column: channels UInt32 "Number of distinct channels."
-- column: outcome LowCardinality(String) "converted: the goal was reached; open: the customer may go on, as the silence before the last day of the data is not long enough; abandoned: neither."
-- column: orders UInt32 "Orders placed; more than one only where one visit had several."
-- column: opportunities UInt32 "Opportunities won."
-- column: value_reporting Nullable(Decimal(18,4)) "Value of these: orders net of refunds and amounts of opportunities; NULL when there are none or no value is known."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: contacts UInt32 "Contacts with service that began: tickets, chats, calls."
-- column: repeat_contacts UInt32 "Friction: contacts within 72 hours (configurable) of the customer's contact before, about another ticket."
-- column: checkout_errors UInt32 "Friction: events that report an error of checkout or payment."
-- column: checkouts_abandoned UInt32 "Friction: visits with a checkout and no order."
-- column: reopens UInt32 "Friction: tickets reopened."
-- column: scores UInt32 "Scores given."
-- column: low_scores UInt32 "Friction: scores that are low (nps to 6, csat and rating to 2, ces to 3)."
-- column: texts UInt32 "Texts whose sentiment is known."
-- column: negative_texts UInt32 "Friction: texts with a sentiment below -0.25."
-- column: frictions UInt32 "Friction of all these kinds."
-- test: not_null(journey_key, customer_key)
-- test: relationship(customer_key -> dim_customer.customer_key)
-- test: accepted_values(outcome: converted, open, abandoned)
-- test: a journey is converted when and only when it reached a goal: SELECT journey_key FROM {rows} WHERE (outcome = 'converted') != (orders + opportunities > 0)
-- test: minutes in stages are the minutes of the journey: SELECT journey_key FROM {rows} WHERE abs(minutes_awareness + minutes_consideration + minutes_purchase + minutes_onboarding + minutes_use + minutes_service + minutes_loyalty + minutes_advocacy - minutes) > 0.001 AND position(path, '(none)/') = 0
-- test: every order of a known customer is in one journey: SELECT sum(orders) AS counted, (SELECT uniqExact(order_id) FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined') AND notEmpty(customer_key) AND NOT is_generic) AS wanted FROM {table} HAVING counted != wanted
-- test: their value is that of the orders and opportunities: SELECT ifNull(sum(value_reporting), 0) AS counted, ifNull((SELECT sum(net_reporting) FROM waymark_mart.fct_order WHERE order_id IN (SELECT order_id FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND notEmpty(customer_key) AND NOT is_generic)), 0) + ifNull((SELECT sum(amount_reporting) FROM waymark_mart.fct_opportunity WHERE (system, opportunity_id) IN (SELECT system, opportunity_id FROM waymark_mart.outcome_event WHERE event_type = 'opportunity_won' AND notEmpty(customer_key) AND NOT is_generic)), 0) AS wanted FROM {table} HAVING counted != wanted
-- test: events are those of the steps: SELECT sum(events) AS counted, (SELECT sum(events) FROM waymark_mart.journey_step) AS wanted FROM {table} HAVING counted != wanted
WITH
    -- Each customer's latest journey: the one that ends last.
    latest AS (SELECT argMax(journey_key, tuple(ended_at, started_at, journey_key)) AS journey_key FROM waymark_mart.journey_step WHERE is_last /* touched customer_key */ GROUP BY customer_key),
    ['awareness', 'consideration', 'purchase', 'onboarding', 'use', 'service', 'loyalty', 'advocacy'] AS stage_order
SELECT
    journey_key,
    min(s.customer_key) AS customer_key,
    toDateTime64(min(s.started_at), 3, 'UTC') AS started_at,
    toDateTime64(max(s.ended_at), 3, 'UTC') AS ended_at,
    min(s.journey_date) AS journey_date,
    max(s.ended_date) AS ended_date,
    sum(s.duration_ms) / 60000 AS minutes,
    sum(s.events) AS events,
    sum(s.sessions) AS sessions,
    count() AS steps,
    uniqExact(s.stage, s.touchpoint) AS touchpoints,
    concat(arrayStringConcat(arrayMap(x -> x.2, arraySort(groupArrayIf(tuple(s.step, concat(s.stage, '/', s.touchpoint)), s.step <= 40))), ' > '),
        if(count() > 40, ' > …', '')) AS path,
    length(reached) AS stages,
    arrayStringConcat(arrayFilter(x -> has(groupUniqArray(toString(s.stage)), x), stage_order) AS reached, ', ') AS stages_reached,
    reached[-1] AS furthest_stage,
    sumIf(s.duration_ms, s.stage = 'awareness') / 60000 AS minutes_awareness,
    sumIf(s.duration_ms, s.stage = 'consideration') / 60000 AS minutes_consideration,
    sumIf(s.duration_ms, s.stage = 'purchase') / 60000 AS minutes_purchase,
    sumIf(s.duration_ms, s.stage = 'onboarding') / 60000 AS minutes_onboarding,
    sumIf(s.duration_ms, s.stage = 'use') / 60000 AS minutes_use,
    sumIf(s.duration_ms, s.stage = 'service') / 60000 AS minutes_service,
    sumIf(s.duration_ms, s.stage = 'loyalty') / 60000 AS minutes_loyalty,
    sumIf(s.duration_ms, s.stage = 'advocacy') / 60000 AS minutes_advocacy,
    argMinIf(s.first_channel, s.step, s.first_channel != '') AS first_channel,
    argMaxIf(s.last_channel, s.step, s.last_channel != '') AS last_channel,
    length(groupUniqArrayArray(s.channels)) AS channels,
    multiIf(
        sum(s.orders) + sum(s.opportunities) > 0, 'converted',
        s.journey_key IN (SELECT journey_key FROM latest) AND max(s.ended_date) + {journey_silence_days:UInt16} >= (SELECT max(last_day) FROM waymark_mart.event_clock), 'open',
        'abandoned') AS outcome,
    sum(s.orders) AS orders,
    sum(s.opportunities) AS opportunities,
    sum(s.value_reporting) AS value_reporting,
    {currency:String} AS currency,
    sum(s.contacts) AS contacts,
    sum(s.repeat_contacts) AS repeat_contacts,
    sum(s.checkout_errors) AS checkout_errors,
    sum(s.checkouts_abandoned) AS checkouts_abandoned,
    sum(s.reopens) AS reopens,
    sum(s.scores) AS scores,
    sum(s.low_scores) AS low_scores,
    sum(s.texts) AS texts,
    sum(s.negative_texts) AS negative_texts,
    sum(s.repeat_contacts + s.checkout_errors + s.checkouts_abandoned + s.reopens + s.low_scores + s.negative_texts) AS frictions
FROM waymark_mart.journey_step AS s
WHERE true /* touched s.customer_key */
GROUP BY s.journey_key AS journey_key
