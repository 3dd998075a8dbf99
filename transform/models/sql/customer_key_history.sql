-- comment: Keys that were of a customer of their own until a record connected them with an earlier-seen one: one row per former key, told by the times of the records.
-- grain: former_key
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE links > 0
-- touched: SELECT 1 AS key FROM waymark_delta.identity_edge
-- iterate: 200
-- column: former_key UUID "Identifier that was a customer_key."
-- column: kind LowCardinality(String) "What former_key is: user, email, phone, contact or device."
-- column: valid_from DateTime64(6,'UTC') "First record with former_key."
-- column: valid_to Nullable(DateTime64(6,'UTC')) "Record that connected it with an earlier-seen identifier; NULL when that record has no time."
-- column: became_key UUID "The customer_key that it became then; it may be a former one itself by now."
-- column: customer_key UUID "The customer_key that it stands for today."
-- test: not_null(former_key, became_key, customer_key)
-- test: relationship(customer_key -> identity_component.customer_key)
-- test: relationship(became_key -> identity_component.identifier)
-- test: a former key is not one of today: SELECT former_key FROM {table} WHERE former_key IN (SELECT customer_key FROM waymark_mart.identity_component)
-- test: it was one for a time: SELECT former_key FROM {table} WHERE valid_to <= valid_from

-- table node
-- Identifiers that are linked to any, by number. Those without a time come last, at the end of time.
SELECT sipHash64(identifier) AS node, sipHash64(customer_key) AS label, ifNull(toUnixTimestamp64Micro(first_seen_at), 9223372036854775807) AS born
FROM waymark_mart.identity_component
WHERE links > 0

-- table half
SELECT sipHash64(e.left_id) AS a, sipHash64(e.right_id) AS b, ifNull(toUnixTimestamp64Micro(e.first_seen_at), -9223372036854775808) AS at, n.label AS label, n.born AS a_born
FROM waymark_mart.identity_edge AS e
INNER JOIN {node} AS n ON sipHash64(e.left_id) = n.node

-- table link
-- A link without a time is as old as the younger of its ends.
SELECT h.a AS a, h.b AS b, h.label AS label, greatest(h.at, h.a_born, n.born) AS at, h.a_born AS a_born, n.born AS b_born
FROM {half} AS h
INNER JOIN {node} AS n ON h.b = n.node

-- table wanted
-- An identifier that was first seen on a record with an earlier-seen one (of two equally old ones, the smaller; a is the
-- smaller of a link) was never a key. Only components with two or more others have a history.
SELECT label
FROM {node}
WHERE node NOT IN (SELECT if(a_born <= b_born, b, a) FROM {link} WHERE at = greatest(a_born, b_born))
GROUP BY label
HAVING count() > 1

-- table point
-- Their identifiers, numbered from the earliest-seen on: the smallest number of a component is its key.
SELECT
    sipHash64(identifier) AS node, identifier, kind, customer_key, ifNull(toUnixTimestamp64Micro(first_seen_at), 9223372036854775807) AS born,
    row_number() OVER (ORDER BY born, identifier) AS n
FROM waymark_mart.identity_component
WHERE links > 0 AND sipHash64(customer_key) IN (SELECT label FROM {wanted})

-- table half
SELECT p.n AS x, l.b AS b, l.at AS at
FROM (SELECT a, b, at FROM {link} WHERE label IN (SELECT label FROM {wanted})) AS l
INNER JOIN {point} AS p ON l.a = p.node

-- table way
SELECT arrayJoin([tuple(h.x, p.n), tuple(p.n, h.x)]) AS ends, ends.1 AS n, ends.2 AS other, h.at AS at
FROM {half} AS h
INNER JOIN {point} AS p ON h.b = p.node

-- table stairs
-- (n, at, key): from the time at on, n is connected with key, which is smaller than any it was connected with before.
SELECT n, born AS at, n AS key FROM {point}

-- table before
SELECT toUInt64(0) AS stairs, toUInt64(0) AS hash

-- step

-- table before
SELECT count() AS stairs, sum(sipHash64(n, at, key)) AS hash FROM {stairs}

-- table near
-- What a neighbour is connected with, from when on both it and the link are there.
SELECT w.n AS n, greatest(w.at, s.at) AS at, min(s.key) AS key
FROM {way} AS w
INNER JOIN {stairs} AS s ON w.other = s.n
GROUP BY n, at

-- table jumped
-- What the key itself is connected with (pointer jumping) … One join at a time: each may take what memory there is.
SELECT s.n AS n, greatest(s.at, k.at) AS at, min(k.key) AS key
FROM {stairs} AS s
INNER JOIN {stairs} AS k ON s.key = k.n
WHERE k.key < s.key
GROUP BY n, at

-- table told
-- … and telling the key what its member heard, so that long ways are short.
SELECT s.key AS n, greatest(s.at, m.at) AS at, min(m.key) AS key
FROM {stairs} AS s
INNER JOIN {near} AS m ON s.n = m.n
WHERE m.key < s.key
GROUP BY n, at

-- table heard
SELECT n, at, min(key) AS key
FROM (
    SELECT n, at, key FROM {stairs}
    UNION ALL
    SELECT n, at, key FROM {near}
    UNION ALL
    SELECT n, at, key FROM {jumped}
    UNION ALL
    SELECT n, at, key FROM {told}
)
GROUP BY n, at

-- table stairs
SELECT n, at, key
FROM (
    SELECT
        n, at, key,
        min(toNullable(key)) OVER (PARTITION BY n ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS least_before
    FROM {heard}
)
WHERE ifNull(key < least_before, true)

-- until
SELECT (SELECT tuple(stairs, hash) FROM {before}) != (SELECT tuple(count(), sum(sipHash64(n, at, key))) FROM {stairs}) AS moved

-- table former
SELECT n, minIf(at, key != n) AS until, argMinIf(key, at, key != n) AS became
FROM {stairs}
GROUP BY n
HAVING countIf(key = n) > 0 AND count() > 1

-- result
SELECT
    p.identifier AS former_key,
    p.kind AS kind,
    fromUnixTimestamp64Micro(p.born, 'UTC') AS valid_from,
    if(f.until = 9223372036854775807, NULL, fromUnixTimestamp64Micro(f.until, 'UTC')) AS valid_to,
    b.identifier AS became_key,
    p.customer_key AS customer_key
FROM {point} AS p
INNER JOIN {former} AS f ON p.n = f.n
INNER JOIN {point} AS b ON f.became = b.n
