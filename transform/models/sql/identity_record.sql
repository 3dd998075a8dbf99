-- comment: Identifiers that stood together on one record: one row per day and set of identifiers, from events, customer records and tickets.
-- hidden: yes
-- grain: seen_date, user_id, email_id, phone_id, contact_id, became_id, device_id
-- partition: month(seen_date)
-- refresh: by seen_date
-- touched: SELECT event_date AS key FROM waymark_delta.journey_event
-- touched: SELECT event_date AS key FROM waymark_mart.record_event WHERE record_id IN (SELECT record_id FROM waymark_delta.record_event)
-- touched: SELECT if(isNull(created_at), toDate(0), toDate(greatest(ifNull(created_at, toDateTime64(43200, 6, 'UTC')), toDateTime64(43200, 6, 'UTC')), {timezone:String})) AS key FROM waymark_delta.customer
-- touched: SELECT if(isNull(created_at), toDate(0), toDate(greatest(ifNull(created_at, toDateTime64(43200, 6, 'UTC')), toDateTime64(43200, 6, 'UTC')), {timezone:String})) AS key FROM waymark_delta.ticket
-- column: seen_date Date "Day of the records in the reporting time zone; 1970-01-01 for records without a time."
-- column: user_id UUID "Pseudonym of the company's own customer number; zero is none."
-- column: email_id UUID "Pseudonym of the e-mail address."
-- column: phone_id UUID "Pseudonym of the phone number."
-- column: contact_id UUID "Pseudonym of the person's id in the system."
-- column: became_id UUID "Pseudonym of the contact that a lead became."
-- column: device_id UUID "Pseudonym of the browser or app installation."
-- column: has_event Bool "One of the records is an event."
-- column: first_seen_at Nullable(DateTime64(6,'UTC')) "The day's first such record; NULL when they have no time."
SELECT seen_date, user_id, email_id, phone_id, contact_id, became_id, device_id, max(r.is_event) AS has_event, min(r.seen_at) AS first_seen_at
FROM (
    SELECT
        e.event_date AS seen_date, e.user_id AS user_id, e.email_id AS email_id, e.phone_id AS phone_id, e.contact_id AS contact_id,
        toUUID('00000000-0000-0000-0000-000000000000') AS became_id, e.device_id AS device_id, toNullable(e.occurred_at) AS seen_at, true AS is_event
    FROM waymark_raw.journey_event AS e
    WHERE NOT e.is_deleted
        /* touched e.event_date */
        -- As in fct_journey_event: of a record's state only the newest version counts. A set, as a join might be built of the events.
        AND (empty(e.record_id) OR (e.record_id, e.record_version) IN (
            SELECT record_id, max(tuple(record_version, is_deleted)).1
            FROM waymark_mart.record_event
            GROUP BY record_id
            HAVING NOT max(tuple(record_version, is_deleted)).2
        ))
    UNION ALL
    SELECT
        if(isNull(c.created_at), toDate(0), toDate(greatest(ifNull(c.created_at, toDateTime64(43200, 6, 'UTC')), toDateTime64(43200, 6, 'UTC')), {timezone:String})) AS seen_date,
        c.user_id, c.email_id, c.phone_id, c.contact_id, c.converted_contact_id, toUUID('00000000-0000-0000-0000-000000000000'), c.created_at, false
    FROM waymark_raw.customer AS c
    WHERE true /* touched seen_date */
    UNION ALL
    SELECT
        if(isNull(t.created_at), toDate(0), toDate(greatest(ifNull(t.created_at, toDateTime64(43200, 6, 'UTC')), toDateTime64(43200, 6, 'UTC')), {timezone:String})) AS seen_date,
        toUUID('00000000-0000-0000-0000-000000000000'), t.email_id, t.phone_id, t.contact_id,
        toUUID('00000000-0000-0000-0000-000000000000'), toUUID('00000000-0000-0000-0000-000000000000'), t.created_at, false
    FROM waymark_raw.ticket AS t
    WHERE true /* touched seen_date */
) AS r
WHERE notEmpty(user_id) OR notEmpty(email_id) OR notEmpty(phone_id) OR notEmpty(contact_id) OR notEmpty(became_id) OR notEmpty(device_id)
GROUP BY seen_date, user_id, email_id, phone_id, contact_id, became_id, device_id
SETTINGS join_use_nulls = 0
