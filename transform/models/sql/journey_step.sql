-- comment: The steps of customers' journeys: consecutive events at one stage and touchpoint are one step. One row per step.
-- hidden: yes
-- grain: journey_key, step
-- needs: fct_journey_event
-- partition: month(journey_date)
-- order_by: customer_key, started_at, step
-- refresh: by customer_key
-- touched: SELECT customer_key AS key FROM waymark_delta.fct_journey_event
-- touched: SELECT customer_key AS key FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND order_id IN (SELECT order_id FROM waymark_delta.outcome_event WHERE event_type = 'order_placed' AND lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined'))
-- touched: SELECT customer_key AS key FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND order_id IN (SELECT order_id FROM waymark_delta.fct_order)
-- touched: SELECT customer_key AS key FROM waymark_mart.outcome_event WHERE event_type = 'opportunity_won' AND opportunity_id IN (SELECT opportunity_id FROM waymark_delta.outcome_event WHERE event_type = 'opportunity_won')
-- touched: SELECT customer_key AS key FROM waymark_mart.outcome_event WHERE event_type = 'opportunity_won' AND opportunity_id IN (SELECT opportunity_id FROM waymark_delta.fct_opportunity)
-- touched: SELECT customer_key AS key FROM waymark_delta.fct_survey_response
-- column: journey_key UUID "Hash of the customer and the journey's first event."
-- column: step UInt32 "Number of the step within the journey, from 1."
-- column: customer_key UUID "The customer."
-- column: journey_date Date "Day of the journey's first event in the reporting time zone."
-- column: is_last Bool "The last step of its journey."
-- column: stage LowCardinality(String) "Stage of the customer journey, by the journey rules; (none) where they give none."
-- column: touchpoint LowCardinality(String) "Where the customer met the company, by the journey rules."
-- column: started_at DateTime64(6,'UTC') "First event."
-- column: ended_at DateTime64(6,'UTC') "Last event."
-- column: ended_date Date "Day of ended_at in the reporting time zone."
-- column: duration_ms Int64 "Milliseconds until the next step of the journey begins; of the last step, until its own last event."
-- column: events UInt32 "Number of events."
-- column: sessions UInt32 "Visits that began in the step."
-- column: first_channel LowCardinality(String) "Channel of the first event that names one."
-- column: last_channel LowCardinality(String) "Channel of the last event that names one."
-- column: channels Array(LowCardinality(String)) "All channels."
-- column: orders UInt32 "Orders placed."
-- column: opportunities UInt32 "Opportunities won."
-- column: value_reporting Nullable(Decimal(18,4)) "Value of the goals reached; NULL when there are none or no value is known."
-- column: contacts UInt32 "Contacts with service that began: tickets, and the chats and calls that belong to no ticket; a ticket with several counts once."
-- column: repeat_contacts UInt32 "Of these, within repeat_contact_hours of the customer's contact before, about another ticket."
-- column: checkout_errors UInt32 "Events that report an error of checkout or payment."
-- column: checkouts_abandoned UInt32 "Visits whose checkout began in the step and led to no order."
-- column: reopens UInt32 "Tickets reopened."
-- column: scores UInt32 "Scores given."
-- column: score_points Int64 "Their sum, each in ten thousandths of its scale's length."
-- column: low_scores UInt32 "Scores that are low: nps to 6, csat and rating to 2, ces to 3."
-- column: texts UInt32 "Texts whose sentiment is known."
-- column: sentiment_points Int64 "Sum of their sentiment in ten thousandths."
-- column: negative_texts UInt32 "Texts whose sentiment is below -0.25."
-- column: is_contact_next Bool "The customer contacted service within repeat_contact_hours after the step."
-- column: score_next UInt8 "The customer's next score within journey_silence_days from the beginning of the step: 0 none, 1 not low, 2 low."
-- column: text_next UInt8 "Likewise the next text with a sentiment: 0 none, 1 not negative, 2 negative."
-- test: not_null(journey_key, customer_key, stage, touchpoint)
-- test: every event of a customer is in one step: SELECT sum(events) AS counted, (SELECT count() FROM waymark_mart.fct_journey_event WHERE notEmpty(customer_key) AND NOT is_generic AND event_type NOT IN ('email_sent', 'email_bounced', 'survey_sent', 'ticket_noted', 'ticket_assigned', 'ticket_field_changed', 'ticket_status_changed', 'ticket_rated', 'order_placed')) + (SELECT countIf(lower(order_id) IN ('', '(not set)', 'null', 'undefined')) + uniqExactIf(order_id, lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined')) FROM waymark_mart.outcome_event WHERE event_type = 'order_placed' AND notEmpty(customer_key) AND NOT is_generic) + (SELECT count() FROM waymark_mart.outcome_event WHERE event_type = 'ticket_rated' AND notEmpty(customer_key) AND NOT is_generic AND event_id IN (SELECT response_key FROM waymark_mart.fct_survey_response)) AS wanted FROM {table} HAVING counted != wanted
WITH
    -- Places by number: windows then sort numbers instead of texts.
    (
        SELECT mapFromArrays(groupArray(number), groupArray(tuple(toString(stage), toString(touchpoint))))
        FROM (SELECT DISTINCT stage, touchpoint, cityHash64(toString(stage), toString(touchpoint)) AS number FROM waymark_mart.fct_journey_event WHERE true /* touched customer_key */)
    ) AS places,
    -- Orders and won opportunities, each by one event: of several systems that tell of an order the web analytics, which
    -- know the way to it, else the earliest.
    goal AS (
        SELECT t.event_id AS event_id, 1 AS orders, 0 AS opportunities, o.net_reporting AS value
        FROM (
            SELECT order_id, argMin(event_id, tuple(export = 'orders', occurred_at, event_id)) AS event_id
            FROM waymark_mart.outcome_event
            WHERE event_type = 'order_placed' AND lower(order_id) NOT IN ('', '(not set)', 'null', 'undefined') AND notEmpty(customer_key) AND NOT is_generic
            GROUP BY order_id
        ) AS t
        LEFT ANY JOIN waymark_mart.fct_order AS o ON t.order_id = o.order_id
        UNION ALL
        SELECT t.event_id, 0, 1, o.amount_reporting
        FROM (
            SELECT system, opportunity_id, argMin(event_id, tuple(occurred_at, event_id)) AS event_id
            FROM waymark_mart.outcome_event
            WHERE event_type = 'opportunity_won' AND notEmpty(customer_key) AND NOT is_generic
            GROUP BY system, opportunity_id
        ) AS t
        LEFT ANY JOIN waymark_mart.fct_opportunity AS o ON t.system = o.system AND t.opportunity_id = o.opportunity_id
    ),
    -- Of a ticket the first event that begins a contact is one: a call or chat has a ticket of its own.
    opening AS (
        SELECT argMin(event_id, tuple(occurred_at, event_type != 'ticket_created', event_id)) AS event_id
        FROM waymark_mart.outcome_event
        WHERE event_type IN ('ticket_created', 'chat_started', 'call_answered') AND stage = 'service' AND ticket_id != '' AND notEmpty(customer_key) AND NOT is_generic /* touched customer_key */
        GROUP BY customer_key, system, ticket_id
    ),
    event AS (
        SELECT
            e.customer_key AS customer, e.occurred_at AS at, e.event_date AS date, e.event_id AS id,
            -- Order in time as one number; at one instant what begins something comes first, what ends it last, else a hash decides.
            bitShiftLeft(toUInt128(toUnixTimestamp64Micro(e.occurred_at) + 9007199254740992), 64) + bitShiftLeft(toUInt128(multiIf(
                e.event_type IN ('session_started', 'ticket_created', 'chat_started', 'lead_created', 'opportunity_created', 'contract_started'), 0,
                e.event_type IN ('order_placed', 'ticket_solved', 'chat_ended', 'lead_converted', 'opportunity_won', 'opportunity_lost', 'contract_ended'), 2, 1)), 62)
                + bitShiftRight(cityHash64(e.event_id), 2) AS position,
            e.channel AS channel, e.session_key AS session_key, e.ticket_id AS ticket_id,
            g.orders AS orders, g.opportunities AS opportunities, g.value AS value, notEmpty(g.event_id) AS is_goal,
            -- The touchpoint website is the visit as such: its beginning, its beacons, what the rules place nowhere.
            cityHash64(toString(e.stage), toString(e.touchpoint)) AS own_place, e.touchpoint NOT IN ('', 'website') AS is_place,
            e.event_group = 'web' AND e.export != 'orders' AND e.event_type != 'order_refunded' AS is_web, -- books and refunds are no visit
            is_web AND empty(e.session_key) AS is_unnumbered,
            e.event_type IN ('ticket_created', 'chat_started', 'call_answered') AND e.stage = 'service' AND (e.ticket_id = '' OR e.event_id IN (SELECT event_id FROM opening)) AS is_contact,
            e.event_type = 'checkout_started' AS is_checkout,
            e.event_type = 'ticket_reopened' AS is_reopened,
            e.event_group = 'web' AND match(e.source_event, '(?i)(checkout|payment|order|purchase|cart|card)') AND match(e.source_event, '(?i)(error|fail|declin|reject)') AS is_error,
            -- From 0 to 1 on the scale of its kind.
            if(e.event_type IN ('ticket_rated', 'survey_answered', 'review_posted'),
                multiIf(e.score_kind = 'nps', e.score / 10, e.score_kind = 'ces', (e.score - 1) / 6, e.score_kind IN ('csat', 'rating'), (e.score - 1) / 4, NULL), NULL) AS score,
            ifNull(score IS NOT NULL AND multiIf(e.score_kind = 'nps', e.score <= 6, e.score_kind = 'ces', e.score <= 3, e.score <= 2), false) AS is_low,
            e.sentiment AS sentiment,
            ifNull(e.sentiment < -0.25, false) AS is_negative
        FROM waymark_mart.fct_journey_event AS e
        LEFT ANY JOIN goal AS g ON e.event_id = g.event_id
        WHERE notEmpty(e.customer_key) AND NOT e.is_generic
            /* touched e.customer_key */
            -- What staff do out of the customer's sight and what was merely sent are no events of the customer.
            AND e.event_type NOT IN ('email_sent', 'email_bounced', 'survey_sent', 'ticket_noted', 'ticket_assigned', 'ticket_field_changed', 'ticket_status_changed')
            -- An order counts once, and so does a rating that several exports tell of.
            AND (e.event_type != 'order_placed' OR notEmpty(g.event_id) OR lower(e.order_id) IN ('', '(not set)', 'null', 'undefined'))
            AND (e.event_type != 'ticket_rated' OR e.event_id IN (SELECT response_key FROM waymark_mart.fct_survey_response))
    ),
    around AS (
        SELECT *,
            maxIf(at, is_unnumbered) OVER before AS seen_at,
            is_contact AND maxIf(at, is_contact) OVER before + toIntervalHour({repeat_contact_hours:UInt16}) >= at
                AND (ticket_id = '' OR ticket_id != argMaxIf(ticket_id, position, is_contact) OVER before) AS is_repeat,
            -- What comes next, hence backwards: the next contact after the event; the next score and text from the event on, in half
            -- microseconds, odd if bad. 0 is none.
            minIf(at, is_contact) OVER (PARTITION BY customer ORDER BY position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next_contact,
            minIf(2 * toUnixTimestamp64Micro(at) + is_low, score IS NOT NULL) OVER after AS next_score,
            minIf(2 * toUnixTimestamp64Micro(at) + is_negative, sentiment IS NOT NULL) OVER after AS next_text
        FROM event
        WINDOW
            before AS (PARTITION BY customer ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
            after AS (PARTITION BY customer ORDER BY position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    -- Visits: the source's own, else cut by silence; any other event is a visit of its own.
    numbered AS (
        SELECT *, countIf(is_unnumbered AND at > seen_at + toIntervalMinute({session_timeout_minutes:UInt32})) OVER (
            PARTITION BY customer ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
        FROM around
    ),
    visit AS (
        SELECT *,
            multiIf(notEmpty(session_key), session_key, is_unnumbered, reinterpretAsUUID(sipHash128(customer, nth)), id) AS visit,
            is_web AND position = min(position) OVER w AS is_begun,
            -- A journey ends with the visit in which the goal was reached.
            position = max(position) OVER w AND max(is_goal) OVER w AS is_end,
            is_checkout AND position = minIf(position, is_checkout) OVER w AND max(orders) OVER w = 0 AS is_abandoned,
            argMinIf(own_place, position, is_place) OVER w AS first_place,
            argMaxIf(own_place, position, is_place) OVER (PARTITION BY customer, visit ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_place,
            -- The visit as such is where its event before was, else where its first one is.
            multiIf(is_place, own_place, last_place != 0, last_place, first_place != 0, first_place, own_place) AS place
        FROM numbered
        WINDOW w AS (PARTITION BY customer, visit ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    follow AS (
        SELECT *,
            lagInFrame(toNullable(at)) OVER w AS previous_at,
            previous_at IS NULL OR lagInFrame(is_end) OVER w OR at > previous_at + toIntervalDay({journey_silence_days:UInt16}) AS begins,
            begins OR place != lagInFrame(place) OVER w AS begins_step
        FROM visit
        WINDOW w AS (PARTITION BY customer ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    cut AS (
        SELECT *, countIf(begins) OVER w AS journey, countIf(begins_step) OVER w AS nth_step
        FROM follow
        WINDOW w AS (PARTITION BY customer ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    step AS (
        SELECT
            customer, journey, nth_step,
            argMin(id, position) AS first_id,
            places[min(place)] AS names,
            min(at) AS started_at,
            max(at) AS ended_at,
            min(date) AS started_date,
            max(date) AS ended_date,
            count() AS events,
            countIf(is_begun) AS sessions,
            argMinIf(channel, position, channel != '') AS first_channel,
            argMaxIf(channel, position, channel != '') AS last_channel,
            arraySort(groupUniqArrayIf(channel, channel != '')) AS channels,
            sum(orders) AS orders,
            sum(opportunities) AS opportunities,
            sum(value) AS value,
            countIf(is_contact) AS contacts,
            countIf(is_repeat) AS repeat_contacts,
            countIf(is_error) AS checkout_errors,
            countIf(is_abandoned) AS checkouts_abandoned,
            countIf(is_reopened) AS reopens,
            count(score) AS scores,
            sum(toInt64(round(ifNull(score, 0) * 10000))) AS score_points,
            countIf(is_low) AS low_scores,
            count(sentiment) AS texts,
            sum(toInt64(round(ifNull(sentiment, 0) * 10000))) AS sentiment_points,
            countIf(is_negative) AS negative_texts,
            argMax(next_contact, position) AS contact_next,
            argMin(next_score, position) AS score_next,
            argMin(next_text, position) AS text_next
        FROM cut
        GROUP BY customer, journey, nth_step
    ),
    sequence AS (
        SELECT *,
            row_number() OVER w AS step,
            first_value(first_id) OVER w AS journey_id,
            first_value(step.started_date) OVER w AS journey_date,
            count() OVER w AS steps,
            leadInFrame(toNullable(step.started_at)) OVER w AS next_at
        FROM step
        WINDOW w AS (PARTITION BY customer, journey ORDER BY nth_step ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    )
SELECT
    reinterpretAsUUID(sipHash128(s.customer, s.journey_id)) AS journey_key,
    s.step AS step,
    s.customer AS customer_key,
    s.journey_date AS journey_date,
    s.step = s.steps AS is_last,
    if(s.names.1 = '', '(none)', s.names.1) AS stage,
    if(s.names.2 = '', '(none)', s.names.2) AS touchpoint,
    s.started_at AS started_at,
    s.ended_at AS ended_at,
    s.ended_date AS ended_date,
    dateDiff('millisecond', s.started_at, ifNull(s.next_at, s.ended_at)) AS duration_ms,
    s.events AS events,
    s.sessions AS sessions,
    s.first_channel AS first_channel,
    s.last_channel AS last_channel,
    s.channels AS channels,
    s.orders AS orders,
    s.opportunities AS opportunities,
    s.value AS value_reporting,
    s.contacts AS contacts,
    s.repeat_contacts AS repeat_contacts,
    s.checkout_errors AS checkout_errors,
    s.checkouts_abandoned AS checkouts_abandoned,
    s.reopens AS reopens,
    s.scores AS scores,
    s.score_points AS score_points,
    s.low_scores AS low_scores,
    s.texts AS texts,
    s.sentiment_points AS sentiment_points,
    s.negative_texts AS negative_texts,
    toUnixTimestamp64Micro(s.contact_next) != 0 AND s.contact_next <= s.ended_at + toIntervalHour({repeat_contact_hours:UInt16}) AS is_contact_next,
    if(s.score_next != 0 AND s.score_next < horizon, 1 + bitAnd(s.score_next, 1), 0) AS score_next,
    if(s.text_next != 0 AND s.text_next < horizon, 1 + bitAnd(s.text_next, 1), 0) AS text_next
FROM (SELECT *, 2 * (toUnixTimestamp64Micro(started_at + toIntervalDay({journey_silence_days:UInt16})) + 1) AS horizon FROM sequence) AS s
SETTINGS join_use_nulls = 0
