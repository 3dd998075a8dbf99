-- comment: One row per ticket with its statuses in order of time, and what its events say: the step before fct_ticket.
-- hidden: yes
-- grain: system, ticket_id
-- touched: SELECT 1 AS key FROM waymark_delta.fct_journey_event WHERE ticket_id != '' AND startsWith(event_type, 'ticket_')
-- column: system LowCardinality(String) "System of the ticket."
-- column: ticket_id String "The system's own number of the ticket."
-- column: has_history Bool "Changes of the ticket were exported (audits, case history), not only its current state."
-- column: created_at DateTime64(3,'UTC') "When the ticket was created."
-- column: status LowCardinality(String) "Current status: new, open, pending, hold, solved or closed."
-- column: priority LowCardinality(String) "Priority."
-- column: type LowCardinality(String) "Type."
-- column: channel LowCardinality(String) "Channel the ticket came through, by the journey rules."
-- column: agent_group LowCardinality(String) "Group the ticket is assigned to."
-- column: reason LowCardinality(String) "Reason or theme given by the source."
-- column: times Array(DateTime64(3,'UTC')) "When each status began."
-- column: states Array(LowCardinality(String)) "The statuses; neighbours differ."
-- column: first_solved_at Nullable(DateTime64(3,'UTC')) "When the ticket was first solved; NULL when never or unknown."
-- column: last_solved_at Nullable(DateTime64(3,'UTC')) "When the ticket was last solved."
-- column: first_reply_at Nullable(DateTime64(3,'UTC')) "First public comment of an agent after the ticket was created."
-- column: count_resolutions UInt32 "Times the ticket was solved (or closed without being solved)."
-- column: count_reopens UInt32 "Times a solved ticket went back to work."
-- column: count_public_agent_comments UInt32 "Public comments by agents."
-- column: count_agent_comments UInt32 "Comments by agents, public and internal."
-- column: count_end_user_comments UInt32 "Comments by anyone who is no agent."
-- column: count_internal_comments UInt32 "Comments that the requester cannot see."
-- column: first_assignee_id LowCardinality(String) "First assignee."
-- column: last_assignee_id LowCardinality(String) "Current, else last, assignee."
-- column: unique_assignee_count UInt32 "Number of different assignees."
-- column: first_satisfaction_score Nullable(Float32) "First rating (5 good, 1 bad)."
-- column: last_satisfaction_score Nullable(Float32) "Last rating."
-- column: last_event_at DateTime64(3,'UTC') "Last event or change of the ticket."
-- test: accepted_values(status: new, open, pending, hold, solved, closed)
-- test: statuses stand in order of time: SELECT ticket_id, times FROM {table} WHERE length(times) != length(states) OR NOT arrayAll((a, b) -> a <= b, arrayPopBack(times), arrayPopFront(times))
WITH
    status -> multiIf(
        status IN ('', 'new', 'pending', 'solved', 'closed'), status,
        status IN ('hold', 'on hold'), 'hold',
        startsWith(status, 'waiting') OR startsWith(status, 'awaiting'), 'pending',
        status = 'resolved', 'solved',
        startsWith(status, 'closed') OR status = 'deleted', 'closed',
        'open') AS canonical,
    spelling -> lower(replaceRegexpAll(spelling, '[-_ ]+', ' ')) AS plain,
    event AS (
        SELECT
            system, ticket_id, occurred_at, event_type, field_name, state_to, is_public, is_agent, channel,
            empty(record_id) AS is_fact,
            tuple(occurred_at, record_version, event_id) AS position,
            if(state_to != '', state_to, agent_id) AS assignee,
            event_type IN ('ticket_status_changed', 'ticket_solved', 'ticket_reopened') AND lower(field_name) IN ('', 'status')
                OR event_type = 'ticket_created' AND is_fact AND state_to != '' AS is_status,
            -- A rating, or the change of the field that holds it.
            multiIf(
                event_type = 'ticket_rated', score,
                event_type != 'ticket_field_changed' OR field_name != 'satisfaction_score', NULL,
                startsWith(state_to, 'good'), 5,
                startsWith(state_to, 'bad'), 1,
                if(toUInt8OrZero(state_to) BETWEEN 1 AND 5, toFloat32OrNull(state_to), NULL)) AS rating,
            canonical(plain(state_from)) AS status_from,
            canonical(plain(multiIf(state_to != '', state_to, event_type = 'ticket_solved', 'solved', event_type = 'ticket_reopened', 'open', ''))) AS status_to
        FROM waymark_mart.fct_journey_event
        WHERE ticket_id != '' AND startsWith(event_type, 'ticket_')
    ),
    told AS (
        SELECT
            e.system AS system,
            e.ticket_id AS ticket_id,
            countIf(e.is_fact) > 0 AS has_history,
            toDateTime64(min(e.occurred_at), 3, 'UTC') AS first_event_at,
            toDateTime64(max(e.occurred_at), 3, 'UTC') AS last_event_at,
            countIf(e.event_type = 'ticket_created') > 0 AS has_created,
            toDateTime64(minIf(e.occurred_at, e.event_type = 'ticket_created'), 3, 'UTC') AS created_event_at,
            argMinIf(e.channel, e.position, e.event_type = 'ticket_created') AS channel,
            groupUniqArrayIf(tuple(tuple(toDateTime64(e.occurred_at, 3, 'UTC'), e.position.2), e.status_from, e.status_to, e.is_fact), e.is_status AND e.status_to != '') AS all_changes,
            arraySort(groupArrayIf(toDateTime64(e.occurred_at, 3, 'UTC'), e.event_type = 'ticket_replied' AND e.is_public AND e.is_agent)) AS replies,
            countIf(e.event_type IN ('ticket_replied', 'ticket_noted') AND e.is_agent) AS count_agent_comments,
            countIf(e.event_type IN ('ticket_replied', 'ticket_noted') AND NOT e.is_agent) AS count_end_user_comments,
            countIf(e.event_type IN ('ticket_replied', 'ticket_noted') AND NOT e.is_public) AS count_internal_comments,
            argMinIf(e.assignee, e.position, e.event_type = 'ticket_assigned' AND e.assignee != '') AS first_assignee_id,
            argMaxIf(e.assignee, e.position, e.event_type = 'ticket_assigned' AND e.assignee != '') AS last_assignee_id,
            uniqExactIf(e.assignee, e.event_type = 'ticket_assigned' AND e.assignee != '') AS assignees,
            argMaxIf(e.state_to, e.position, e.event_type = 'ticket_field_changed' AND e.field_name = 'group_id') AS told_group,
            argMaxIf(e.state_to, e.position, e.event_type = 'ticket_field_changed' AND lower(e.field_name) = 'priority') AS told_priority,
            argMaxIf(e.state_to, e.position, e.event_type = 'ticket_field_changed' AND lower(e.field_name) = 'type') AS told_type,
            arraySort(groupArrayIf(tuple(e.position, assumeNotNull(e.rating), e.is_fact), e.rating IS NOT NULL)) AS all_ratings
        FROM event AS e
        GROUP BY e.system, e.ticket_id
    ),
    -- Every ticket whose state is exported. Of a system that exports no states, every ticket that events tell of; elsewhere a ticket without a state
    -- was deleted.
    ticket AS (
        SELECT
            system, ticket_id, t.has_history AS has_history, t.replies AS replies,
            t.count_agent_comments AS count_agent_comments, t.count_end_user_comments AS count_end_user_comments,
            t.count_internal_comments AS count_internal_comments,
            if(s.has_state, s.priority, t.told_priority) AS priority,
            if(s.has_state, s.type, t.told_type) AS type,
            if(s.has_state, s.agent_group, t.told_group) AS agent_group,
            s.reason AS reason, s.is_closed AS is_closed,
            canonical(plain(s.status)) AS state_status,
            if(t.channel = '', s.channel, t.channel) AS channel,
            if(t.first_assignee_id = '', s.agent_id, t.first_assignee_id) AS first_assignee_id,
            if(s.agent_id = '', t.last_assignee_id, s.agent_id) AS last_assignee_id,
            if(t.assignees = 0, toUInt64(s.agent_id != ''), t.assignees) AS unique_assignee_count,
            toDateTime64(s.closed_at, 3, 'UTC') AS closed_at,
            toDateTime64(s.updated_at, 3, 'UTC') AS updated_at,
            assumeNotNull(coalesce(toDateTime64(s.created_at, 3, 'UTC'), if(t.has_created, t.created_event_at, t.first_event_at))) AS created_at,
            greatest(t.last_event_at, ifNull(updated_at, created_at), ifNull(closed_at, created_at), created_at) AS last_event_at,
            -- What was exported as a change beats what was read off a current state.
            arraySort(arrayFilter(c -> c.4 OR NOT arrayExists(x -> x.4, t.all_changes), t.all_changes)) AS changes,
            arrayFilter(r -> r.3 OR NOT arrayExists(x -> x.3, t.all_ratings), t.all_ratings) AS ratings
        FROM (SELECT *, true AS has_state FROM waymark_raw.ticket) AS s
        FULL OUTER JOIN told AS t USING (system, ticket_id)
        WHERE s.has_state OR system NOT IN (SELECT system FROM waymark_raw.ticket)
    ),
    -- The status after each change. An instant is a time and the source's own order within it (the number of an audit event); of several changes at
    -- one instant the one counts that nothing leads away from. Each step is a SELECT of its own: as aliases of one SELECT they would be copied into
    -- each other, and the analysis alone took half a second. No lambda looks at an array but as its argument: it would be copied for each element.
    instant AS (
        SELECT *, arrayMap(i -> tuple(i[1].1, i), arraySplit((c, before) -> c.1 != before, changes, arrayShiftRight(changes.1, 1))) AS instants
        FROM ticket
    ),
    known_status AS (
        SELECT
            *,
            arrayFilter(x -> x.2 != '', arrayMap(i -> tuple(i.1.1, arrayFirst(x -> countEqual(i.2.3, x) > countEqual(i.2.2, x), i.2.3)), instants)) AS known
        FROM instant
    ),
    begun AS (
        SELECT
            *,
            multiIf(
                -- Nothing but the current state: open until it was closed.
                empty(known) AND is_closed, [tuple(created_at, 'new'), tuple(greatest(assumeNotNull(coalesce(closed_at, updated_at, created_at)), created_at), 'closed')],
                empty(known), [tuple(created_at, if(state_status = '', 'new', state_status))],
                known[1].1 > created_at, arrayPushFront(known, tuple(created_at, if(changes[1].2 = '', 'new', changes[1].2))),
                known) AS started
        FROM known_status
    ),
    ended AS (
        SELECT
            *,
            if(notEmpty(known) AND is_closed AND started[-1].2 NOT IN ('solved', 'closed') AND closed_at >= started[-1].1,
                arrayPushBack(started, tuple(assumeNotNull(closed_at), 'closed')), started) AS finished
        FROM begun
    ),
    step AS (
        SELECT *, arrayFilter((x, i, before) -> i = 1 OR x.2 != before, finished, arrayEnumerate(finished), arrayShiftRight(finished.2, 1)) AS steps
        FROM ended
    ),
    state AS (
        SELECT *, steps.1 AS times, steps.2 AS states, arrayMap(x -> x.2 IN ('solved', 'closed'), steps) AS done
        FROM step
    ),
    stepped AS (
        SELECT *, arrayFilter((t, d, before) -> d AND NOT before, times, done, arrayShiftRight(done, 1)) AS solves
        FROM state
    )
SELECT * EXCEPT (unknown_solution, reply_at)
FROM (
    SELECT
        system,
        ticket_id,
        has_history,
        created_at,
        multiIf(
            is_closed AND state_status NOT IN ('solved', 'closed'), 'closed',
            state_status != '', state_status,
            states[-1]) AS status,
        priority,
        type,
        channel,
        agent_group,
        reason,
        times,
        states,
        -- Where only the current state is exported, the time of a solution is known only if that state holds it.
        empty(known) AND closed_at IS NULL OR empty(solves) AS unknown_solution,
        if(unknown_solution, NULL, solves[1]) AS first_solved_at,
        if(unknown_solution, NULL, solves[-1]) AS last_solved_at,
        arrayFirst(x -> x > created_at, replies) AS reply_at,
        if(reply_at > created_at, reply_at, NULL) AS first_reply_at,
        length(solves) AS count_resolutions,
        arrayCount((d, before) -> NOT d AND before, done, arrayShiftRight(done, 1)) AS count_reopens,
        length(replies) AS count_public_agent_comments,
        count_agent_comments,
        count_end_user_comments,
        count_internal_comments,
        first_assignee_id,
        last_assignee_id,
        unique_assignee_count,
        if(empty(ratings), NULL, ratings[1].2) AS first_satisfaction_score,
        if(empty(ratings), NULL, ratings[-1].2) AS last_satisfaction_score,
        last_event_at
    FROM stepped
)
SETTINGS join_use_nulls = 0
