-- comment: The touches before each conversion (order placed, opportunity won; the newest 100) and those that led to none. One row per path and touch.
-- hidden: yes
-- grain: path_key, touch_key
-- needs: fct_order, fct_opportunity, fct_session, outcome_event
-- order_by: path_key, position
-- touched: SELECT 1 AS key FROM waymark_delta.fct_session
-- touched: SELECT 1 AS key FROM waymark_delta.fct_order
-- touched: SELECT 1 AS key FROM waymark_delta.fct_opportunity
-- touched: SELECT 1 AS key FROM waymark_delta.outcome_event WHERE event_type IN ('campaign_member_responded', 'email_clicked')
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer GROUP BY customer_key, is_generic, account_key HAVING count() = 1
-- column: path_key UUID "Hash of the conversion; the first touch where nothing came of it."
-- column: touch_key UUID "Session, or event of the response or click; zero where no touch of a conversion is known."
-- column: position UInt32 "Number of the touch in the path, from 1."
-- column: is_converted Bool "The path ends in a conversion."
-- column: conversion_type LowCardinality(String) "order or opportunity; '' is none."
-- column: conversion_id String "Number of the order or opportunity."
-- column: converted_at DateTime64(3,'UTC') "When; of an opportunity, the end of its close date."
-- column: conversion_date Date "Day in the reporting time zone."
-- column: customer_key UUID "Customer of the conversion; where there is none, whose touches they are."
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
        SELECT
            session_key AS touch_key, 'session' AS touch_type, toString(channel) AS channel, toString(source) AS source, toString(medium) AS medium,
            toString(campaign) AS campaign, started_at AS at,
            -- Whose touch it is; nobody's visit belongs to itself.
            if(empty(customer_key) OR customer_key IN (SELECT customer_key FROM waymark_mart.dim_customer WHERE is_generic), session_key, customer_key) AS owner
        FROM waymark_mart.fct_session
    ),
    touch AS (
        SELECT owner, at, tuple(at, touch_key, touch_type, if(channel = '', '(unknown)', channel), source, medium, campaign) AS told
        FROM session
        UNION ALL
        SELECT owner, at, tuple(at, touch_key, touch_type, if(channel = '', '(unknown)', channel), source, medium, campaign) AS told
        FROM (
            SELECT
                event_id AS touch_key, if(event_type = 'email_clicked', 'email_click', 'campaign_response') AS touch_type, toString(channel) AS channel,
                toString(source) AS source, toString(medium) AS medium, toString(campaign) AS campaign, toDateTime64(occurred_at, 3, 'UTC') AS at, customer_key AS owner
            FROM waymark_mart.outcome_event
            WHERE event_type IN ('campaign_member_responded', 'email_clicked') AND notEmpty(customer_key) AND NOT is_generic
        ) AS e
        -- A click and the visit from the e-mail that follows are one touch: the visit.
        ASOF LEFT JOIN (SELECT owner AS visitor, at AS visited_at FROM session WHERE channel = 'email') AS s ON e.owner = s.visitor AND e.at <= s.visited_at
        WHERE NOT (e.touch_type = 'email_click' AND notEmpty(s.visitor) AND s.visited_at <= e.at + toIntervalMinute({session_timeout_minutes:UInt32}))
    ),
    -- Conversions, once for each whose touches count: the customer's and the visitor's, who need not be known to be one; where
    -- an opportunity names no person, those of its account.
    person AS (
        SELECT
            reinterpretAsUUID(sipHash128('order', o.order_id)) AS path_key, 'order' AS conversion_type, o.order_id AS conversion_id,
            greatest(o.ordered_at, s.at) AS converted_at, -- what the books report may be seconds ahead of the visit
            o.order_date AS conversion_date, o.customer_key AS customer_key, o.net_reporting AS value_reporting,
            tuple(toString(o.channel), toString(o.source), toString(o.medium), toString(o.campaign)) AS own,
            arrayJoin(arrayDistinct([o.customer_key, s.owner])) AS who
        FROM waymark_mart.fct_order AS o
        LEFT ANY JOIN session AS s ON o.session_key = s.touch_key
        UNION ALL
        SELECT
            reinterpretAsUUID(sipHash128('opportunity', o.system, o.opportunity_id)), 'opportunity', o.opportunity_id,
            toDateTime64(toDateTime64(assumeNotNull(o.rate_date) + 1, 3, {timezone:String}), 3, 'UTC'), assumeNotNull(o.rate_date), o.customer_key, o.amount_reporting,
            tuple('', '', '', ''), if(empty(o.customer_key), d.customer_key, o.customer_key)
        FROM waymark_mart.fct_opportunity AS o
        LEFT JOIN (SELECT account_key, customer_key FROM waymark_mart.dim_customer WHERE notEmpty(account_key)) AS d ON o.account_key = d.account_key
        WHERE o.is_won AND o.rate_date IS NOT NULL
    ),
    path AS (
        SELECT
            p.path_key AS path_key, min(tuple(p.conversion_type, p.conversion_id, p.converted_at, p.conversion_date, p.customer_key, p.own)) AS c, min(p.value_reporting) AS value,
            -- The newest 100: what stands first in descending order of time.
            groupArraySortedIf(100)(tuple(-toUnixTimestamp64Milli(t.at), t.told),
                notEmpty(p.who) AND notEmpty(t.owner) AND t.at <= p.converted_at AND t.at >= p.converted_at - toIntervalDay({attribution_days:UInt16})) AS newest,
            if(notEmpty(newest), arraySort(newest.2), [tuple(c.3, toUUID('00000000-0000-0000-0000-000000000000'), 'none', if(c.6.1 = '', '(none)', c.6.1), c.6.2, c.6.3, c.6.4)]) AS touches
        FROM person AS p
        LEFT JOIN touch AS t ON p.who = t.owner
        GROUP BY p.path_key
    ),
    -- Touches that no conversion follows in time: a path each as long as no two are further apart than a touch counts.
    rest AS (
        SELECT
            owner, arraySort(groupArray(t.told)) AS touches,
            arraySplit((x, before) -> x.1 > before + toIntervalDay({attribution_days:UInt16}), touches, arrayShiftRight(touches.1, 1)) AS paths
        FROM touch AS t
        ASOF LEFT JOIN (SELECT who, converted_at FROM person WHERE notEmpty(who)) AS p ON t.owner = p.who AND t.at <= p.converted_at
        WHERE empty(p.who) OR t.at < p.converted_at - toIntervalDay({attribution_days:UInt16})
        GROUP BY owner
    )
SELECT
    path_key,
    touch.2 AS touch_key,
    position,
    true AS is_converted,
    c.1 AS conversion_type,
    c.2 AS conversion_id,
    c.3 AS converted_at,
    c.4 AS conversion_date,
    c.5 AS customer_key,
    value AS value_reporting,
    touch.3 AS touch_type,
    touch.1 AS touched_at,
    touch.4 AS channel,
    touch.5 AS source,
    touch.6 AS medium,
    touch.7 AS campaign
FROM path
ARRAY JOIN touches AS touch, arrayEnumerate(touches) AS position
UNION ALL
SELECT
    first_key, touch.2, position, false, '', '', toDateTime64(0, 3, 'UTC'), toDate(0), owner, NULL, touch.3, touch.1, touch.4, touch.5, touch.6, touch.7
FROM (SELECT owner, arrayJoin(paths) AS touches, touches[1].2 AS first_key FROM rest)
ARRAY JOIN touches AS touch, arrayEnumerate(touches) AS position
SETTINGS join_use_nulls = 0
