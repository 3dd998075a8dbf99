-- comment: One row per answer to a survey question and per rating of a ticket.
-- grain: response_key
-- needs: fct_journey_event
-- touched: SELECT 1 AS key FROM waymark_delta.fct_journey_event WHERE event_type IN ('survey_answered', 'ticket_rated', 'ticket_field_changed')
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_survey_response) GROUP BY customer_key, segment, country HAVING count() = 1
-- order_by: score_kind, answer_date, response_key
-- column: response_key UUID "The event of the answer."
-- column: response_id String "The source's own number of the response; the event's where it has none. One response may answer several questions."
-- column: system LowCardinality(String) "System of the answer."
-- column: customer_key UUID "Who answered; zero is anonymous."
-- column: answered_at DateTime64(3,'UTC') "When it was answered."
-- column: answer_date Date "Day of answered_at in the reporting time zone."
-- column: score_kind LowCardinality(String) "Kind of score: nps (0 to 10), csat (1 to 5; good counts 5, bad 1), ces (1 to 7), rating (1 to 5)."
-- column: score Nullable(Float32) "Score on the scale of its kind."
-- column: nps_group LowCardinality(String) "promoter (9 to 10), passive (7 to 8) or detractor (0 to 6); '' for other kinds."
-- column: channel LowCardinality(String) "Channel of the answer; of the ticket where the answer names none."
-- column: touchpoint LowCardinality(String) "Touchpoint the answer is about: as the survey says, else by the journey rules."
-- column: ticket_id String "Ticket the answer is about; '' is none."
-- column: order_id String "Order the answer is about; '' is none."
-- column: group LowCardinality(String) "Agent group of that ticket."
-- column: segment LowCardinality(String) "Segment: as the survey says, else of the customer."
-- column: country LowCardinality(String) "Country of the customer."
-- test: not_null(response_key, response_id)
-- test: relationship(customer_key -> dim_customer.customer_key)
-- test: accepted_values(nps_group: promoter, passive, detractor, '')
-- warn: scores lie on their scale: SELECT score_kind, count() AS answers FROM {table} WHERE multiIf(score_kind = 'nps', score < 0 OR score > 10, score_kind = 'ces', score < 1 OR score > 7, score < 1 OR score > 5) GROUP BY score_kind
WITH
    -- A ticket's rating may be told twice, by the export of ratings, which counts, and by the audits; of several the one that stands counts.
    rating AS (
        SELECT
            *,
            multiIf(notEmpty(record_id), 1, event_type = 'ticket_rated', 2, 3) AS telling,
            min(telling) OVER (PARTITION BY system, ticket_id) AS best,
            row_number() OVER (PARTITION BY system, ticket_id, telling ORDER BY occurred_at DESC, record_version DESC, event_id DESC) AS recency
        FROM (
            SELECT
                event_id, survey_id, system, event_type, record_id, record_version, customer_key, occurred_at, event_date, channel, touchpoint,
                '' AS segment, ticket_id, order_id, country,
                if(event_type = 'ticket_rated', score_kind, 'csat') AS score_kind,
                multiIf(event_type = 'ticket_rated', score, startsWith(state_to, 'good'), 5, startsWith(state_to, 'bad'), 1,
                    if(toUInt8OrZero(state_to) BETWEEN 1 AND 5, toFloat32OrNull(state_to), NULL)) AS score
            FROM waymark_mart.fct_journey_event
            WHERE event_type = 'ticket_rated' OR event_type = 'ticket_field_changed' AND field_name = 'satisfaction_score'
        )
        WHERE score IS NOT NULL
    ),
    answer AS (
        -- What the survey itself says of touchpoint and segment goes before the journey rules and the customer's record.
        SELECT
            event_id, survey_id, system, customer_key, occurred_at, event_date, score_kind, score, channel,
            if(attributes['touchpoint'] = '', touchpoint, attributes['touchpoint']) AS touchpoint, attributes['segment'] AS segment,
            ticket_id, order_id, country
        FROM waymark_mart.fct_journey_event
        WHERE event_type = 'survey_answered'
        UNION ALL
        SELECT
            event_id, survey_id, system, customer_key, occurred_at, event_date, score_kind, score, channel, touchpoint, segment, ticket_id, order_id,
            country
        FROM rating
        WHERE ticket_id = '' OR telling = best AND recency = 1
    )
SELECT
    a.event_id AS response_key,
    if(a.survey_id = '', toString(a.event_id), a.survey_id) AS response_id,
    a.system AS system,
    a.customer_key AS customer_key,
    toDateTime64(a.occurred_at, 3, 'UTC') AS answered_at,
    a.event_date AS answer_date,
    a.score_kind AS score_kind,
    a.score AS score,
    multiIf(a.score_kind != 'nps' OR a.score IS NULL OR a.score < 0 OR a.score > 10, '', a.score >= 9, 'promoter', a.score >= 7, 'passive', 'detractor') AS nps_group,
    multiIf(a.channel != '', a.channel, own.ticket_id = '', t.channel, own.channel) AS channel,
    a.touchpoint AS touchpoint,
    a.ticket_id AS ticket_id,
    a.order_id AS order_id,
    if(own.ticket_id = '', t.agent_group, own.agent_group) AS `group`,
    if(a.segment = '', d.segment, a.segment) AS segment,
    if(d.country = '', a.country, d.country) AS country
FROM answer AS a
LEFT ANY JOIN waymark_mart.ticket_timeline AS own ON a.system = own.system AND a.ticket_id = own.ticket_id
LEFT ANY JOIN (
    -- A survey may be about a ticket of another system.
    SELECT ticket_id, argMin(agent_group, system) AS agent_group, argMin(channel, system) AS channel
    FROM waymark_mart.ticket_timeline
    GROUP BY ticket_id
) AS t ON a.ticket_id = t.ticket_id
LEFT ANY JOIN waymark_mart.dim_customer AS d ON a.customer_key = d.customer_key
SETTINGS join_use_nulls = 0
