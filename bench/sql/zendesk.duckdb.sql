-- Ticket audits to journey events: one scan, the events unnested, and of a change of status that solves or reopens a
-- second row by a second unnest (a UNION ALL would read the file twice).
COPY (
  WITH audit AS (
    SELECT id AS audit_id, ticket_id, created_at, author_id, via.channel AS via_channel, unnest(events) AS e
    FROM read_json('{{from}}', format = 'newline_delimited', columns = {
      id: 'BIGINT', ticket_id: 'BIGINT', created_at: 'TIMESTAMP', author_id: 'BIGINT', via: 'STRUCT(channel VARCHAR)',
      events: 'STRUCT(id BIGINT, "type" VARCHAR, field_name VARCHAR, "value" VARCHAR, previous_value VARCHAR, author_id BIGINT, public BOOLEAN)[]'
    })
  ), event AS (
    SELECT *, e.type AS kind, e.field_name AS field, CASE WHEN e.type = 'Change' THEN e.previous_value END AS state_from_, e.value AS state_to_
    FROM audit
    WHERE e.type = 'Comment' OR e.type IN ('Create', 'Change')
      AND (e.type = 'Change' OR e.field_name IN ('status', 'assignee_id', 'group_id', 'priority', 'type', 'brand_id', 'ticket_form_id', 'custom_status_id', 'satisfaction_score'))
  ), typed AS (
    SELECT *, unnest(CASE
      WHEN kind = 'Comment' THEN CASE WHEN coalesce(e.public, true) THEN ['ticket_replied'] ELSE ['ticket_noted'] END
      WHEN field = 'assignee_id' THEN ['ticket_assigned']
      WHEN field <> 'status' THEN ['ticket_field_changed']
      WHEN state_to_ = 'solved' AND state_from_ IS DISTINCT FROM 'solved' THEN ['ticket_status_changed', 'ticket_solved']
      WHEN state_from_ IN ('solved', 'closed') AND state_to_ NOT IN ('solved', 'closed', 'deleted') THEN ['ticket_status_changed', 'ticket_reopened']
      ELSE ['ticket_status_changed'] END) AS event_type
    FROM event
  ), final AS (
    SELECT
      md5(concat_ws('/', audit_id, e.id, event_type))::UUID AS event_id,
      created_at AS occurred_at, created_at::DATE AS event_date,
      'zendesk' AS system, 'ticket_audits' AS export, event_type, kind AS source_event, 'service' AS stage,
      CASE event_type WHEN 'ticket_replied' THEN 'ticket_reply' WHEN 'ticket_noted' THEN 'ticket_note' WHEN 'ticket_solved' THEN 'ticket_resolution'
        WHEN 'ticket_reopened' THEN 'ticket_resolution' ELSE 'ticket_handling' END AS touchpoint,
      CASE WHEN via_channel IN ('email', 'mail') THEN 'email' WHEN via_channel IN ('phone', 'voice') THEN 'phone'
        WHEN via_channel IN ('chat', 'native_messaging', 'whatsapp') THEN 'chat' WHEN via_channel IN ('web', 'web_widget', 'help_center') THEN 'web'
        ELSE via_channel END AS channel,
      CASE WHEN kind = 'Comment' THEN e.author_id ELSE author_id END AS author_,
      CASE WHEN author_ > 0 THEN substr(sha256('{{key}}contact' || author_), 1, 32)::UUID END AS contact_id,
      ticket_id::VARCHAR AS ticket_id,
      CASE WHEN event_type = 'ticket_assigned' THEN state_to_ END AS agent_id,
      field AS field_name, state_from_ AS state_from, state_to_ AS state_to,
      kind = 'Comment' AND coalesce(e.public, true) AS is_public,
      e.id AS record_version
    FROM typed
  )
  SELECT * EXCLUDE author_, hash(event_id, occurred_at, event_date, event_type, source_event, touchpoint, channel, contact_id, ticket_id, agent_id, field_name,
    state_from, state_to, is_public, record_version) AS row_hash
  FROM final
) TO '{{out}}/days' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date))
