-- comment: One row per ticket with its times in minutes, from the status timeline, in calendar and business time.
-- grain: system, ticket_id
-- needs: ticket_timeline
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.ticket_customer) GROUP BY customer_key, segment, country HAVING count() = 1
-- order_by: created_date, system, ticket_id
-- column: ticket_id String "The system's own number of the ticket."
-- column: system LowCardinality(String) "System of the ticket."
-- column: customer_key UUID "The requester."
-- column: account_key UUID "The requester's organisation; zero is none."
-- column: created_at DateTime64(3,'UTC') "When the ticket was created."
-- column: created_date Date "Day of created_at in the reporting time zone."
-- column: first_solved_at Nullable(DateTime64(3,'UTC')) "When the ticket was first solved; NULL when never or unknown."
-- column: last_solved_at Nullable(DateTime64(3,'UTC')) "When the ticket was last solved; a closed ticket was solved when it was solved."
-- column: solved_date Nullable(Date) "Day of last_solved_at in the reporting time zone."
-- column: status LowCardinality(String) "Current status: new, open, pending, hold, solved or closed."
-- column: is_solved Bool "The ticket is now solved or closed."
-- column: priority LowCardinality(String) "Priority."
-- column: type LowCardinality(String) "Type."
-- column: channel LowCardinality(String) "Channel the ticket came through."
-- column: group LowCardinality(String) "Group the ticket is assigned to."
-- column: reason LowCardinality(String) "Reason or theme given by the source."
-- column: segment LowCardinality(String) "Segment of the requester."
-- column: country LowCardinality(String) "Country of the requester."
-- column: first_assignee_id LowCardinality(String) "First assignee."
-- column: last_assignee_id LowCardinality(String) "Current, else last, assignee."
-- column: first_reply_time_calendar_minutes Nullable(Float64) "Creation to the first public comment of an agent after it; NULL when there is none."
-- column: first_reply_time_business_minutes Nullable(Float64) "The same in business time; NULL without a business schedule."
-- column: first_resolution_calendar_minutes Nullable(Float64) "Creation to the first solution; NULL when never solved."
-- column: first_resolution_business_minutes Nullable(Float64) "The same in business time."
-- column: full_resolution_calendar_minutes Nullable(Float64) "Creation to the last solution; NULL when never solved."
-- column: full_resolution_business_minutes Nullable(Float64) "The same in business time."
-- column: requester_wait_time_calendar_minutes Nullable(Float64) "Time spent new, open and on hold, in the statuses that have ended; NULL when changes are not exported."
-- column: requester_wait_time_business_minutes Nullable(Float64) "The same in business time."
-- column: agent_wait_time_calendar_minutes Nullable(Float64) "Time spent pending, in the statuses that have ended."
-- column: agent_wait_time_business_minutes Nullable(Float64) "The same in business time."
-- column: on_hold_time_calendar_minutes Nullable(Float64) "Time spent on hold, in the statuses that have ended."
-- column: on_hold_time_business_minutes Nullable(Float64) "The same in business time."
-- column: count_resolutions UInt32 "Times the ticket was solved (or closed without being solved)."
-- column: count_reopens UInt32 "Times a solved ticket went back to work."
-- column: count_public_agent_comments UInt32 "Public comments by agents."
-- column: count_agent_comments UInt32 "Comments by agents, public and internal."
-- column: count_end_user_comments UInt32 "Comments by anyone who is no agent."
-- column: count_internal_comments UInt32 "Comments that the requester cannot see."
-- column: unique_assignee_count UInt32 "Number of different assignees."
-- column: is_one_touch_resolution Nullable(Bool) "Now solved or closed, with exactly one public comment of an agent; NULL when its comments are not exported."
-- column: is_two_touch_resolution Nullable(Bool) "Now solved or closed, with exactly two public comments of agents; NULL when its comments are not exported."
-- column: first_satisfaction_score Nullable(Float32) "First rating by the requester (5 good, 1 bad)."
-- column: last_satisfaction_score Nullable(Float32) "Last rating by the requester."
-- column: has_history Bool "Changes of the ticket were exported (audits, case history), not only its current state."
-- test: not_null(ticket_id, system)
-- warn: relationship(customer_key -> dim_customer.customer_key)
-- warn: the configured schedule is exported: SELECT count() AS tickets FROM {table} HAVING {schedule:String} != '' AND {schedule:String} NOT IN (SELECT schedule_id FROM waymark_raw.business_interval)
-- test: accepted_values(status: new, open, pending, hold, solved, closed)
-- warn: range(first_reply_time_calendar_minutes: 0, 99999999)
-- warn: range(full_resolution_calendar_minutes: 0, 99999999)
-- warn: business time is no longer than calendar time: SELECT ticket_id FROM {table} WHERE first_reply_time_business_minutes > first_reply_time_calendar_minutes OR full_resolution_business_minutes > full_resolution_calendar_minutes OR requester_wait_time_business_minutes > requester_wait_time_calendar_minutes
-- test: no ticket is lost or doubled: SELECT count() AS tickets, (SELECT count() FROM waymark_mart.ticket_timeline) AS wanted FROM {table} HAVING tickets != wanted
WITH
    -- One schedule per system: the one configured, else the smallest id.
    schedule AS (
        SELECT b.system AS system, argMin(b.schedule_id, tuple(length(b.schedule_id), b.schedule_id)) AS schedule_id
        FROM waymark_raw.business_interval AS b
        WHERE {schedule:String} = '' OR b.schedule_id = {schedule:String}
        GROUP BY b.system
    ),
    interval AS (
        SELECT system, starts_at, ends_at, seconds_before
        FROM waymark_raw.business_interval
        WHERE (system, schedule_id) IN (SELECT system, schedule_id FROM schedule)
    ),
    -- A time is a sum of instants, each with a sign: its business minutes are the same sum over B(instant).
    instant AS (
        SELECT system, ticket_id, arrayJoin(arrayConcat(
            if(first_reply_at IS NULL, [], [tuple('reply', assumeNotNull(first_reply_at), 1), tuple('reply', created_at, -1)]),
            if(first_solved_at IS NULL, [], [tuple('first', assumeNotNull(first_solved_at), 1), tuple('first', created_at, -1)]),
            if(last_solved_at IS NULL, [], [tuple('full', assumeNotNull(last_solved_at), 1), tuple('full', created_at, -1)]),
            if(NOT has_history, [], arrayFlatten(arrayMap(
                (status, began, ended) -> [tuple(status, ended, 1), tuple(status, began, -1)],
                arrayPopBack(states), arrayPopBack(times), arrayPopFront(times))))
            )) AS i
        FROM waymark_mart.ticket_timeline
    ),
    clocked AS (
        SELECT
            p.system AS system,
            p.ticket_id AS ticket_id,
            p.i.1 AS what,
            p.i.3 * toInt64(toUnixTimestamp(p.i.2)) AS calendar,
            p.i.3 * (b.seconds_before + toInt64(toUnixTimestamp(least(p.i.2, b.ends_at))) - toInt64(toUnixTimestamp(b.starts_at))) AS business
        FROM instant AS p
        ASOF LEFT JOIN interval AS b ON p.system = b.system AND p.i.2 >= b.starts_at
    ),
    measured AS (
        SELECT
            c.system AS system, c.ticket_id AS ticket_id,
            sumIf(c.calendar, c.what = 'reply') / 60 AS reply,
            sumIf(c.calendar, c.what = 'first') / 60 AS first,
            sumIf(c.calendar, c.what = 'full') / 60 AS full,
            sumIf(c.calendar, c.what IN ('new', 'open', 'hold')) / 60 AS requester,
            sumIf(c.calendar, c.what = 'pending') / 60 AS agent,
            sumIf(c.calendar, c.what = 'hold') / 60 AS hold,
            sumIf(c.business, c.what = 'reply') / 60 AS reply_business,
            sumIf(c.business, c.what = 'first') / 60 AS first_business,
            sumIf(c.business, c.what = 'full') / 60 AS full_business,
            sumIf(c.business, c.what IN ('new', 'open', 'hold')) / 60 AS requester_business,
            sumIf(c.business, c.what = 'pending') / 60 AS agent_business,
            sumIf(c.business, c.what = 'hold') / 60 AS hold_business
        FROM clocked AS c
        GROUP BY c.system, c.ticket_id
    )
SELECT
    t.ticket_id AS ticket_id,
    t.system AS system,
    r.customer_key AS customer_key,
    r.account_id AS account_key,
    t.created_at AS created_at,
    toDate(greatest(t.created_at, toDateTime64(43200, 3, 'UTC')), {timezone:String}) AS created_date,
    t.first_solved_at AS first_solved_at,
    t.last_solved_at AS last_solved_at,
    if(t.last_solved_at IS NULL, NULL, toDate(greatest(ifNull(t.last_solved_at, toDateTime64(43200, 3, 'UTC')), toDateTime64(43200, 3, 'UTC')), {timezone:String})) AS solved_date,
    t.status AS status,
    t.status IN ('solved', 'closed') AS is_solved,
    t.priority AS priority,
    t.type AS type,
    t.channel AS channel,
    t.agent_group AS `group`,
    t.reason AS reason,
    d.segment AS segment,
    d.country AS country,
    t.first_assignee_id AS first_assignee_id,
    t.last_assignee_id AS last_assignee_id,
    if(t.first_reply_at IS NULL, NULL, m.reply) AS first_reply_time_calendar_minutes,
    if(t.first_reply_at IS NULL OR t.system NOT IN (SELECT system FROM schedule), NULL, m.reply_business) AS first_reply_time_business_minutes,
    if(t.first_solved_at IS NULL, NULL, m.first) AS first_resolution_calendar_minutes,
    if(t.first_solved_at IS NULL OR t.system NOT IN (SELECT system FROM schedule), NULL, m.first_business) AS first_resolution_business_minutes,
    if(t.last_solved_at IS NULL, NULL, m.full) AS full_resolution_calendar_minutes,
    if(t.last_solved_at IS NULL OR t.system NOT IN (SELECT system FROM schedule), NULL, m.full_business) AS full_resolution_business_minutes,
    if(NOT t.has_history, NULL, m.requester) AS requester_wait_time_calendar_minutes,
    if(NOT t.has_history OR t.system NOT IN (SELECT system FROM schedule), NULL, m.requester_business) AS requester_wait_time_business_minutes,
    if(NOT t.has_history, NULL, m.agent) AS agent_wait_time_calendar_minutes,
    if(NOT t.has_history OR t.system NOT IN (SELECT system FROM schedule), NULL, m.agent_business) AS agent_wait_time_business_minutes,
    if(NOT t.has_history, NULL, m.hold) AS on_hold_time_calendar_minutes,
    if(NOT t.has_history OR t.system NOT IN (SELECT system FROM schedule), NULL, m.hold_business) AS on_hold_time_business_minutes,
    t.count_resolutions AS count_resolutions,
    t.count_reopens AS count_reopens,
    t.count_public_agent_comments AS count_public_agent_comments,
    t.count_agent_comments AS count_agent_comments,
    t.count_end_user_comments AS count_end_user_comments,
    t.count_internal_comments AS count_internal_comments,
    t.unique_assignee_count AS unique_assignee_count,
    if(t.count_agent_comments + t.count_end_user_comments = 0 AND (NOT t.has_history OR t.system NOT IN (SELECT system FROM waymark_mart.ticket_timeline WHERE count_agent_comments + count_end_user_comments > 0)), NULL, t.status IN ('solved', 'closed') AND t.count_public_agent_comments = 1) AS is_one_touch_resolution,
    if(t.count_agent_comments + t.count_end_user_comments = 0 AND (NOT t.has_history OR t.system NOT IN (SELECT system FROM waymark_mart.ticket_timeline WHERE count_agent_comments + count_end_user_comments > 0)), NULL, t.status IN ('solved', 'closed') AND t.count_public_agent_comments = 2) AS is_two_touch_resolution,
    t.first_satisfaction_score AS first_satisfaction_score,
    t.last_satisfaction_score AS last_satisfaction_score,
    t.has_history AS has_history
FROM waymark_mart.ticket_timeline AS t
LEFT ANY JOIN measured AS m ON t.system = m.system AND t.ticket_id = m.ticket_id
LEFT ANY JOIN waymark_mart.ticket_customer AS r ON t.system = r.system AND t.ticket_id = r.ticket_id
LEFT ANY JOIN waymark_mart.dim_customer AS d ON r.customer_key = d.customer_key
SETTINGS join_use_nulls = 0
