-- comment: Events that are read off a record's state: which version of which record each tells of. Few beside all events, so that the newest version of a record is found without reading every day.
-- hidden: yes
-- grain: event_date, event_id
-- needs: journey_event
-- partition: quarter(event_date)
-- order_by: record_id, event_id
-- refresh: by event_date
-- touched: SELECT event_date AS key FROM waymark_delta.journey_event WHERE notEmpty(record_id)
-- column: event_id UUID "128-bit hash of system, export, natural key, event type and ordinal: a newer version may tell of it on another day."
-- column: event_date Date "Day of the event in the reporting time zone."
-- column: record_id UUID "Hash of the record."
-- column: record_version Int64 "The source's own version of the record (microseconds)."
-- column: is_deleted Bool "The version says that the record is deleted."
-- test: not_null(record_id)
SELECT event_id, event_date, record_id, record_version, is_deleted
FROM waymark_raw.journey_event
WHERE notEmpty(record_id)
    /* touched event_date */
