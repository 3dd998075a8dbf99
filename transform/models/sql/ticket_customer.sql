-- comment: Who asked for each ticket: one row per ticket known from its current state or from its events.
-- hidden: yes
-- grain: system, ticket_id
-- touched: SELECT 1 AS key FROM waymark_delta.journey_event WHERE event_type IN ('ticket_created', 'ticket_replied')
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE identifier IN (SELECT arrayJoin([contact_id, email_id, phone_id, user_id]) FROM waymark_mart.ticket_customer)
-- column: system LowCardinality(String) "System of the ticket."
-- column: ticket_id String "The system's own number of the ticket."
-- column: contact_id UUID "Pseudonym of the requester's id in the system; zero when unknown."
-- column: email_id UUID "Pseudonym of the requester's e-mail address; zero when unknown."
-- column: phone_id UUID "Pseudonym of the requester's phone number; zero when unknown."
-- column: user_id UUID "Pseudonym of the requester's customer number; zero when unknown."
-- column: account_id UUID "Pseudonym of the requester's organisation; zero when unknown."
-- column: customer_key UUID "Key of the requester; zero when unknown."
-- column: is_generic Bool "The ticket carries no identifier but generic ones: customer_key names no one person."
-- test: relationship(customer_key -> identity_component.customer_key)
WITH requester AS (
    -- The current state says who the requester is now; only tickets whose state is not exported fall back on their events.
    SELECT
        system, ticket_id,
        argMax(tuple(contact_id, email_id, phone_id, user_id, account_id), tuple(has_state, record_version, event_id)) AS ids
    FROM (
        SELECT system, ticket_id, 1 AS has_state, record_version, contact_id AS event_id, contact_id, email_id, phone_id,
            toUUID('00000000-0000-0000-0000-000000000000') AS user_id, account_id
        FROM waymark_raw.ticket
        UNION ALL
        SELECT system, ticket_id, 0 AS has_state, record_version, event_id, contact_id, email_id, phone_id, user_id, account_id
        FROM waymark_raw.journey_event
        WHERE event_type = 'ticket_created' AND ticket_id != '' AND NOT is_deleted AND (notEmpty(contact_id) OR notEmpty(email_id) OR notEmpty(user_id))
        UNION ALL
        -- Audits alone: whoever wrote first.
        SELECT system, ticket_id, -1 AS has_state, -record_version AS record_version, event_id, contact_id, email_id, phone_id, user_id, account_id
        FROM waymark_raw.journey_event
        WHERE event_type = 'ticket_replied' AND ticket_id != '' AND notEmpty(contact_id)
            AND contact_id NOT IN (SELECT contact_id FROM waymark_raw.agent)
    )
    GROUP BY system, ticket_id
)
SELECT
    r.system AS system,
    r.ticket_id AS ticket_id,
    r.ids.1 AS contact_id,
    r.ids.2 AS email_id,
    r.ids.3 AS phone_id,
    r.ids.4 AS user_id,
    r.ids.5 AS account_id,
    c.customer_key AS customer_key,
    c.is_generic AS is_generic
FROM (
    SELECT
        *,
        arrayFilter(x -> notEmpty(x), [ids.4, ids.1, ids.2, ids.3]) AS named,
        ifNull(arrayFirstOrNull(x -> x NOT IN (SELECT identifier FROM waymark_mart.identity_component WHERE is_generic), named), named[1]) AS named_by
    FROM requester
) AS r
LEFT ANY JOIN waymark_mart.identity_component AS c ON r.named_by = c.identifier
SETTINGS join_use_nulls = 0
