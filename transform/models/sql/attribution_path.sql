-- comment: The touches before each conversion (order placed, opportunity won) and those that led to none. One row per path and touch.
-- hidden: yes
-- grain: path_key, touch_key
-- order_by: path_key, position
-- column: path_key UUID "Hash of the conversion; of the first touch where nothing came of it."
-- column: touch_key UUID "Session, or event of the response or click; zero where no touch of a conversion is known."
-- column: position UInt32 "Number of the touch in the path, from 1."
-- column: is_converted Bool "The path ends in a conversion."
-- column: conversion_type LowCardinality(String) "order or opportunity; '' is none."
-- column: conversion_id String "Number of the order or opportunity."
-- column: converted_at DateTime64(3,'UTC') "When; of an opportunity, the end of its close date."
-- column: conversion_date Date "Day in the reporting time zone."
-- column: customer_key UUID "Customer of the conversion; of the touch where there is none."
-- column: value_reporting Nullable(Decimal(18,4)) "Value of the conversion."
-- column: touch_type LowCardinality(String) "session, campaign_response, email_click or none."
-- column: touched_at DateTime64(3,'UTC') "When; of a session, its beginning."
-- column: channel LowCardinality(String) "Channel; (unknown) where the touch names none; the order's own, else (none), where there is no touch."
-- column: source LowCardinality(String) "Traffic source."
-- column: medium LowCardinality(String) "Traffic medium."
-- column: campaign LowCardinality(String) "Campaign."
-- test: accepted_values(touch_type: session, campaign_response, email_click, none)
-- test: every conversion has a path: SELECT uniqExactIf(path_key, is_converted) AS paths, (SELECT count() FROM waymark_mart.fct_order) + (SELECT countIf(is_won AND rate_date IS NOT NULL) FROM waymark_mart.fct_opportunity) AS wanted FROM {table} HAVING paths != wanted
WITH
    session AS (
        SELECT session_key AS touch_key, 'session' AS touch_type, customer_key AS customer, started_at AS at, channel, source, medium, campaign
        FROM waymark_mart.fct_session
    ),
    touch AS (
        SELECT *
        FROM session
        WHERE notEmpty(customer) AND customer NOT IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic)
        UNION ALL
        SELECT touch_key, touch_type, customer, at, channel, source, medium, campaign
        FROM (
            SELECT
                event_id AS touch_key, if(event_type = 'email_clicked', 'email_click', 'campaign_response') AS touch_type, customer_key AS customer,
                toDateTime64(occurred_at, 3, 'UTC') AS at, channel, source, medium, campaign
            FROM waymark_mart.fct_journey_event
            WHERE event_type IN ('campaign_member_responded', 'email_clicked') AND notEmpty(customer_key) AND NOT is_generic
        ) AS e
        -- A click and the visit from the e-mail that follows are one touch: the visit.
        ASOF LEFT JOIN (SELECT customer, at FROM session WHERE channel = 'email') AS s ON e.customer = s.customer AND e.at <= s.at
        WHERE NOT (e.touch_type = 'email_click' AND notEmpty(s.customer) AND s.at <= e.at + toIntervalMinute({session_timeout_minutes:UInt32}))
    ),
    conversion AS (
        SELECT
            reinterpretAsUUID(sipHash128('order', o.order_id)) AS path_key, 'order' AS conversion_type, o.order_id AS conversion_id,
            -- What the books report may be seconds ahead of the visit.
            greatest(o.ordered_at, s.started_at) AS at, o.order_date AS date, o.customer_key AS customer, s.customer_key AS visitor,
            toUUID('00000000-0000-0000-0000-000000000000') AS account, o.session_key AS session_key, o.net_reporting AS value,
            toString(o.channel) AS channel, toString(o.source) AS source, toString(o.medium) AS medium, toString(o.campaign) AS campaign
        FROM waymark_mart.fct_order AS o
        LEFT ANY JOIN waymark_mart.fct_session AS s ON o.session_key = s.session_key
        UNION ALL
        SELECT
            reinterpretAsUUID(sipHash128('opportunity', system, opportunity_id)), 'opportunity', opportunity_id,
            toDateTime64(assumeNotNull(rate_date) + 1, 3, {timezone:String}), assumeNotNull(rate_date), customer_key, toUUID('00000000-0000-0000-0000-000000000000'),
            if(empty(customer_key), account_key, toUUID('00000000-0000-0000-0000-000000000000')), toUUID('00000000-0000-0000-0000-000000000000'), amount_reporting,
            '', '', '', ''
        FROM waymark_mart.fct_opportunity
        WHERE is_won AND rate_date IS NOT NULL
    ),
    -- Whose touches count: the customer's and the visitor's, who need not be known to be one; where an opportunity names no
    -- person, those of its account.
    person AS (
        SELECT path_key, at, arrayJoin(arrayDistinct([customer, visitor])) AS who
        FROM conversion
        UNION ALL
        SELECT c.path_key, c.at, d.customer_key
        FROM conversion AS c
        INNER JOIN waymark_mart.dim_customer AS d ON c.account = d.account_key
        WHERE notEmpty(c.account)
    ),
    used AS (
        SELECT p.path_key AS path_key, t.touch_key AS touch_key
        FROM person AS p
        INNER JOIN touch AS t ON p.who = t.customer
        WHERE notEmpty(p.who) AND t.at <= p.at AND t.at >= p.at - toIntervalDay({attribution_days:UInt16})
        UNION DISTINCT
        SELECT path_key, session_key
        FROM conversion
        WHERE notEmpty(session_key)
    ),
    path AS (
        SELECT
            c.path_key AS path_key, u.touch_key AS touch_key, true AS is_converted, c.conversion_type AS conversion_type, c.conversion_id AS conversion_id,
            c.at AS converted_at, c.date AS conversion_date, c.customer AS customer_key, c.value AS value_reporting,
            if(empty(u.touch_key), 'none', t.touch_type) AS touch_type,
            if(empty(u.touch_key), c.at, t.at) AS touched_at,
            if(empty(u.touch_key), if(c.channel = '', '(none)', c.channel), if(t.channel = '', '(unknown)', toString(t.channel))) AS channel,
            if(empty(u.touch_key), c.source, toString(t.source)) AS source,
            if(empty(u.touch_key), c.medium, toString(t.medium)) AS medium,
            if(empty(u.touch_key), c.campaign, toString(t.campaign)) AS campaign
        FROM conversion AS c
        LEFT JOIN used AS u ON c.path_key = u.path_key
        LEFT ANY JOIN (SELECT * FROM touch UNION ALL SELECT * FROM session) AS t ON u.touch_key = t.touch_key
        UNION ALL
        -- Touches before no conversion: a path each as long as no two are further apart than a touch counts.
        SELECT
            first_value(touch_key) OVER (PARTITION BY customer, nth ORDER BY at, touch_key) AS path_key, touch_key, false, '', '',
            toDateTime64(0, 3, 'UTC'), toDate(0), customer, NULL, touch_type, at, if(channel = '', '(unknown)', toString(channel)), toString(source), toString(medium),
            toString(campaign)
        FROM (
            SELECT *, countIf(before IS NULL OR at > before + toIntervalDay({attribution_days:UInt16})) OVER (
                PARTITION BY customer ORDER BY at, touch_key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
            FROM (
                SELECT *, lagInFrame(toNullable(at)) OVER (PARTITION BY customer ORDER BY at, touch_key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
                FROM touch
                WHERE touch_key NOT IN (SELECT touch_key FROM used)
            )
        )
    )
SELECT
    path_key,
    touch_key,
    row_number() OVER (PARTITION BY path_key ORDER BY touched_at, touch_key) AS position,
    is_converted,
    conversion_type,
    conversion_id,
    converted_at,
    conversion_date,
    customer_key,
    value_reporting,
    touch_type,
    touched_at,
    channel,
    source,
    medium,
    campaign
FROM path
SETTINGS join_use_nulls = 0
