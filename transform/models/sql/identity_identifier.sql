-- comment: One row per identifier: when it was first seen and to how many others it is linked.
-- hidden: yes
-- grain: identifier
-- refresh: by identifier
-- touched: SELECT arrayJoin(arrayFilter(x -> notEmpty(x), [user_id, email_id, phone_id, contact_id, became_id, device_id])) AS key FROM waymark_delta.identity_record
-- touched: SELECT arrayJoin([left_id, right_id]) AS key FROM waymark_delta.identity_edge
-- column: identifier UUID "Pseudonym."
-- column: kind LowCardinality(String) "What it is: user, email, phone, contact or device."
-- column: first_seen_at Nullable(DateTime64(6,'UTC')) "First record with it; NULL when none has a time."
-- column: others UInt32 "Distinct identifiers other than devices that it appeared together with."
-- column: is_generic Bool "Linked to more others than one person has (a shared mailbox, a kiosk): it joins nobody."
-- column: number UInt64 "64-bit hash of identifier, for joins."
-- test: not_null(identifier)
-- test: accepted_values(kind: user, email, phone, contact, device)
-- test: no two identifiers have one number: SELECT number, count() AS identifiers FROM {table} GROUP BY number HAVING identifiers > 1
SELECT
    identifier,
    transform(min(code), [1, 2, 3, 4, 5], ['user', 'email', 'phone', 'contact', 'device'], '') AS kind,
    min(seen_at) AS first_seen_at,
    sum(other) AS others,
    others > {identity_max_links:UInt32} AS is_generic,
    sipHash64(identifier) AS number
FROM (
    SELECT x.1 AS identifier, x.2 AS code, seen_at, 0 AS other
    FROM (
        SELECT
            arrayJoin(arrayFilter(x -> notEmpty(x.1), [tuple(user_id, 1), tuple(email_id, 2), tuple(phone_id, 3), tuple(contact_id, 4),
                tuple(became_id, 4), tuple(device_id, 5)])) AS x,
            first_seen_at AS seen_at
        FROM waymark_mart.identity_record
        WHERE true /* touched user_id or email_id or phone_id or contact_id or became_id or device_id */
    )
    WHERE true /* touched identifier */
    UNION ALL
    -- Devices do not count: browsers forget who they are, so that one person may have any number of them.
    SELECT left_id, transform(left_kind, ['user', 'email', 'phone', 'contact', 'device'], [1, 2, 3, 4, 5], 0), NULL, right_kind != 'device'
    FROM waymark_mart.identity_edge
    WHERE true /* touched left_id */
    UNION ALL
    SELECT right_id, transform(right_kind, ['user', 'email', 'phone', 'contact', 'device'], [1, 2, 3, 4, 5], 0), NULL, left_kind != 'device'
    FROM waymark_mart.identity_edge
    WHERE true /* touched right_id */
)
GROUP BY identifier
