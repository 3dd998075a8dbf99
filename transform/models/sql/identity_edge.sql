-- comment: Which identifiers appeared together on one record (event, customer record or ticket): one row per pair.
-- grain: left_id, right_id
-- refresh: by left_id
-- touched: SELECT arrayJoin(arrayFilter(x -> notEmpty(x), [user_id, email_id, phone_id, contact_id, became_id, device_id])) AS key FROM waymark_delta.identity_record WHERE notEmpty(user_id) + notEmpty(email_id) + notEmpty(phone_id) + notEmpty(contact_id) + notEmpty(became_id) + notEmpty(device_id) > 1
-- column: left_id UUID "The smaller identifier of the pair."
-- column: left_kind LowCardinality(String) "What left_id is: user, email, phone, contact or device."
-- column: right_id UUID "The greater identifier of the pair."
-- column: right_kind LowCardinality(String) "What right_id is: user, email, phone, contact or device."
-- column: first_seen_at Nullable(DateTime64(6,'UTC')) "First record with both; NULL when none has a time."
-- column: last_seen_date Date "Day of the newest record with both (within a day and set of identifiers the first is told); 1970-01-01 when none has a time."
-- test: not_null(left_id, right_id)
-- test: accepted_values(left_kind: user, email, phone, contact, device)
-- test: accepted_values(right_kind: user, email, phone, contact, device)
-- test: a pair is two identifiers in order: SELECT left_id, right_id FROM {table} WHERE left_id >= right_id
WITH pair AS (
    SELECT
        arrayJoin(arrayFlatten(arrayMap(i -> arrayMap(j -> tuple(named[i], named[j]), range(i + 1, length(named) + 1)), range(1, length(named))))) AS p,
        first_seen_at, seen_date
    FROM (
        SELECT
            arraySort(arrayFilter(x -> notEmpty(x.1), [tuple(user_id, 1), tuple(email_id, 2), tuple(phone_id, 3), tuple(contact_id, 4),
                tuple(became_id, 4), tuple(device_id, 5)])) AS named,
            first_seen_at, seen_date
        FROM waymark_mart.identity_record
        WHERE notEmpty(user_id) + notEmpty(email_id) + notEmpty(phone_id) + notEmpty(contact_id) + notEmpty(became_id) + notEmpty(device_id) > 1
            /* touched user_id or email_id or phone_id or contact_id or became_id or device_id */
    )
)
SELECT
    p.1.1 AS left_id,
    transform(min(p.1.2), [1, 2, 3, 4, 5], ['user', 'email', 'phone', 'contact', 'device'], '') AS left_kind,
    p.2.1 AS right_id,
    transform(min(p.2.2), [1, 2, 3, 4, 5], ['user', 'email', 'phone', 'contact', 'device'], '') AS right_kind,
    min(pair.first_seen_at) AS first_seen_at,
    max(pair.seen_date) AS last_seen_date
FROM pair
WHERE p.1.1 != p.2.1
    /* touched p.1.1 */
GROUP BY left_id, right_id
