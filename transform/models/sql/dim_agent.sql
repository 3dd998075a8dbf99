-- comment: One row per agent or owner: exported as a user, or named by a ticket, event or opportunity.
-- grain: system, agent_id
-- touched: SELECT 1 AS key FROM waymark_delta.fct_journey_event WHERE agent_id != ''
-- column: agent_id String "The system's own number of the agent."
-- column: system LowCardinality(String) "System of the agent."
-- column: role LowCardinality(String) "Role in the system; '' when users are not exported."
-- column: group LowCardinality(String) "Default group."
-- column: is_active Bool "The account is active; true when users are not exported."
-- column: is_exported Bool "The agent stands in an export of users."
-- column: time_zone LowCardinality(String) "Time zone."
-- column: created_at Nullable(DateTime64(3,'UTC')) "When the account was created."
-- test: not_null(agent_id, system)
WITH named AS (
    SELECT system, toString(agent_id) AS agent_id FROM waymark_mart.fct_journey_event WHERE agent_id != '' GROUP BY system, agent_id
    UNION DISTINCT
    SELECT system, toString(owner) AS agent_id FROM waymark_mart.fct_opportunity WHERE owner != ''
    UNION DISTINCT
    SELECT system, toString(arrayJoin([first_assignee_id, last_assignee_id]) AS id) AS agent_id FROM waymark_mart.fct_ticket WHERE id != ''
)
SELECT
    toString(a.agent_id) AS agent_id,
    a.system AS system,
    a.role AS role,
    a.agent_group AS `group`,
    a.is_active AS is_active,
    true AS is_exported,
    a.time_zone AS time_zone,
    toDateTime64(a.created_at, 3, 'UTC') AS created_at
FROM waymark_raw.agent AS a
WHERE a.agent_id != ''
UNION ALL
SELECT n.agent_id, n.system, '', '', true, false, '', NULL
FROM named AS n
WHERE (n.system, n.agent_id) NOT IN (SELECT system, toString(agent_id) FROM waymark_raw.agent)
