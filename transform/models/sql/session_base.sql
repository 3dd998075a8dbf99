-- comment: One row per web session, without what its orders say about it.
-- hidden: yes
-- grain: session_key
-- partition: month(session_date)
-- order_by: system, visitor_key, started_at, session_key
-- refresh: by if(is_numbered, session_key, visitor_key)
-- touched: SELECT multiIf(notEmpty(session_key), session_key, notEmpty(device_id), device_id, customer_key) AS key FROM waymark_delta.fct_journey_event WHERE event_group = 'web'
-- days: SELECT event_date AS day FROM waymark_delta.fct_journey_event
-- days: SELECT toDate(arrayJoin(range(toUInt32(session_date), toUInt32(ended_date) + 1))) AS day FROM waymark_mart.session_base WHERE true /* touched if(is_numbered, session_key, visitor_key) */
-- column: session_key UUID "Hash of system, device and the source's session, or of the first event where the source numbers no sessions."
-- column: system LowCardinality(String) "System the session was recorded by."
-- column: is_numbered Bool "The source itself numbers its sessions (GA4); otherwise silence cuts them."
-- column: visitor_key UUID "The browser or app installation, else the customer."
-- column: customer_key UUID "The customer: of the first event that names one person, else of the first that names any."
-- column: started_at DateTime64(3,'UTC') "First event."
-- column: ended_at DateTime64(3,'UTC') "Last event."
-- column: session_date Date "Day of the first event in the reporting time zone."
-- column: ended_date Date "Day of the last event in the reporting time zone."
-- column: is_engaged Bool "The source says so in any event; for sources that do not: longer than 10 s, or two page views, or an order, form or sign-up."
-- column: events UInt32 "Number of events."
-- column: page_views UInt32 "Number of pages viewed."
-- column: has_cart Bool "Something was put into the cart."
-- column: has_checkout Bool "A checkout was started."
-- column: has_help Bool "A help page was viewed."
-- column: channel LowCardinality(String) "Channel of the first event that names a traffic source, else of the first that names a channel."
-- column: source LowCardinality(String) "Traffic source of the first event that names one."
-- column: medium LowCardinality(String) "Medium that belongs to source."
-- column: campaign LowCardinality(String) "Campaign that belongs to source."
-- column: landing_path String "First page viewed."
-- column: device_category LowCardinality(String) "Device of the first event that names one."
-- column: country LowCardinality(String) "Country of the first event that names one."
-- test: not_null(session_key, visitor_key)
WITH
    web AS (
        SELECT
            session_key, system, if(notEmpty(device_id), device_id, customer_key) AS visitor, customer_key, is_generic,
            event_date, occurred_at, event_id, event_type, is_engaged, channel, source, medium, campaign, page_path, device_category, country, event_type = 'help_viewed' OR touchpoint = 'help_page' AS is_help,
            -- Order in time, ties by a hash of the event, as one number: several times faster than comparing tuples.
            bitShiftLeft(toUInt128(toUnixTimestamp64Micro(occurred_at) + 9007199254740992), 64) + cityHash64(event_id) AS position,
            bitShiftLeft(toUInt128(multiIf(empty(customer_key), 2, is_generic, 1, 0)), 120) + position AS rank
        FROM waymark_mart.fct_journey_event
        WHERE event_group = 'web' AND (notEmpty(session_key) OR system != 'ga4') AND export != 'orders' -- what a shop's books say is no visit
            /* touched if(notEmpty(session_key), session_key, visitor) on event_date */
    ),
    timed AS (
        SELECT
            *,
            lagInFrame(toNullable(occurred_at)) OVER (
                PARTITION BY system, visitor ORDER BY occurred_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS previous_at
        FROM web
        WHERE empty(session_key) AND notEmpty(visitor) AND event_type != 'order_refunded' -- a refund is no visit
    ),
    -- Sources that do not number sessions: silence ends a session, whatever the time of day.
    cut AS (
        SELECT
            *,
            countIf(previous_at IS NULL OR occurred_at > previous_at + toIntervalMinute({session_timeout_minutes:UInt32})) OVER (
                PARTITION BY system, visitor ORDER BY occurred_at, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
        FROM timed
    ),
    event AS (
        SELECT
            session_key AS key, 0 AS nth, true AS numbered, system, visitor, customer_key, is_generic,
            event_date, occurred_at, event_id, event_type, is_engaged, channel, source, medium, campaign, page_path, device_category, country, is_help, position, rank
        FROM web
        WHERE notEmpty(session_key)
        UNION ALL
        SELECT
            visitor AS key, nth, false AS numbered, system, visitor, customer_key, is_generic,
            event_date, occurred_at, event_id, event_type, is_engaged, channel, source, medium, campaign, page_path, device_category, country, is_help, position, rank
        FROM cut
    )
SELECT * EXCEPT (traffic)
FROM (
    SELECT
        if(e.numbered, e.key, reinterpretAsUUID(sipHash128(e.system, e.key, argMin(e.event_id, e.position)))) AS session_key,
        e.system AS system,
        e.numbered AS is_numbered,
        min(e.visitor) AS visitor_key,
        argMin(e.customer_key, e.rank) AS customer_key,
        toDateTime64(min(e.occurred_at), 3, 'UTC') AS started_at,
        toDateTime64(max(e.occurred_at), 3, 'UTC') AS ended_at,
        min(e.event_date) AS session_date,
        max(e.event_date) AS ended_date,
        countIf(e.is_engaged) > 0
            OR NOT e.numbered AND (
                page_views >= 2 OR max(e.occurred_at) > min(e.occurred_at) + toIntervalSecond({engaged_seconds:UInt32})
                OR countIf(e.event_type IN ('order_placed', 'form_submitted', 'signed_up')) > 0) AS is_engaged,
        count() AS events,
        countIf(e.event_type = 'page_viewed') AS page_views,
        countIf(e.event_type = 'cart_added') > 0 AS has_cart,
        countIf(e.event_type = 'checkout_started') > 0 AS has_checkout,
        countIf(e.is_help) > 0 AS has_help,
        argMinIf(tuple(e.channel, e.source, e.medium, e.campaign), e.position, e.source != '') AS traffic,
        if(traffic.2 = '', argMinIf(e.channel, e.position, e.channel != ''), traffic.1) AS channel,
        traffic.2 AS source,
        traffic.3 AS medium,
        traffic.4 AS campaign,
        argMinIf(e.page_path, e.position, e.page_path != '') AS landing_path,
        argMinIf(e.device_category, e.position, e.device_category != '') AS device_category,
        argMinIf(e.country, e.position, e.country != '') AS country
    FROM event AS e
    GROUP BY e.system, e.key, e.nth, e.numbered
)
