-- Ticket audits to journey events: one scan, ARRAY JOIN over the events, a second over the rows of a change of status.
INSERT INTO FUNCTION file('{{out}}/{_partition_id}.parquet', Parquet) PARTITION BY event_date
SELECT *, xxh3(event_id, occurred_at, event_date, event_type, source_event, touchpoint, channel, contact_id, ticket_id, agent_id, field_name, state_from, state_to,
  is_public, record_version) AS row_hash
FROM (
  SELECT
    reinterpretAsUUID(xxh3_128(audit_id, e.1, event_type)) AS event_id,
    at AS occurred_at, toDate(at) AS event_date,
    'zendesk' AS system, 'ticket_audits' AS export, event_type, kind AS source_event, 'service' AS stage,
    transform(event_type, ['ticket_replied', 'ticket_noted', 'ticket_solved', 'ticket_reopened'],
      ['ticket_reply', 'ticket_note', 'ticket_resolution', 'ticket_resolution'], 'ticket_handling') AS touchpoint,
    transform(via_channel, ['mail', 'voice', 'native_messaging', 'whatsapp', 'web_widget', 'help_center'],
      ['email', 'phone', 'chat', 'chat', 'web', 'web'], via_channel) AS channel,
    if(kind = 'Comment', e.6, author) AS author_,
    if(author_ > 0, reinterpret(substring(HMAC('sha256', concat('contact', toString(author_)), '{{key}}'), 1, 16), 'UUID'),
      toUUID('00000000-0000-0000-0000-000000000000')) AS contact_id,
    toString(ticket) AS ticket_id,
    if(event_type = 'ticket_assigned', state_to, '') AS agent_id,
    field AS field_name, state_from, state_to,
    kind = 'Comment' AND e.7 AS is_public,
    e.1 AS record_version
  FROM (
    SELECT id AS audit_id, ticket_id AS ticket, created_at AS at, author_id AS author, via.1 AS via_channel, e,
      e.2 AS kind, e.3 AS field, if(kind = 'Change', e.5, '') AS state_from, e.4 AS state_to,
      arrayJoin(multiIf(
        kind = 'Comment', if(e.7, ['ticket_replied'], ['ticket_noted']),
        field = 'assignee_id', ['ticket_assigned'],
        field != 'status', ['ticket_field_changed'],
        state_to = 'solved' AND state_from != 'solved', ['ticket_status_changed', 'ticket_solved'],
        state_from IN ('solved', 'closed') AND state_to NOT IN ('', 'solved', 'closed', 'deleted'), ['ticket_status_changed', 'ticket_reopened'],
        ['ticket_status_changed'])) AS event_type
    FROM file('{{from}}', JSONEachRow, 'id Int64, ticket_id Int64, created_at DateTime64(6, \'UTC\'), author_id Int64, via Tuple(channel String),
      events Array(Tuple(id Int64, type String, field_name String, value String, previous_value String, author_id Int64, public Bool))')
    ARRAY JOIN events AS e
    WHERE kind = 'Comment' OR kind IN ('Create', 'Change') AND (kind = 'Change' OR field IN ('status', 'assignee_id', 'group_id', 'priority', 'type', 'brand_id',
      'ticket_form_id', 'custom_status_id', 'satisfaction_score'))
  )
)
SETTINGS max_threads = 2, input_format_skip_unknown_fields = 1, date_time_input_format = 'best_effort', input_format_null_as_default = 1,
  output_format_parquet_compression_method = 'zstd', output_format_parquet_write_bloom_filter = 0, output_format_parquet_write_page_index = 0,
  engine_file_truncate_on_insert = 1
