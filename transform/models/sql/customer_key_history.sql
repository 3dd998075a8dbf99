-- comment: Keys that were of a customer of their own until a record connected them with an earlier-seen one: one row per former key, told by the times of the records.
-- grain: former_key
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE links > 0
-- touched: SELECT 1 AS key FROM waymark_delta.identity_edge
-- iterate: 10000
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

-- table point
-- Identifiers that are linked to any, numbered from the earliest-seen on: the smallest number of a customer is its key. Those
-- without a time come last, at the end of time.
SELECT
    sipHash64(identifier) AS node, ifNull(toUnixTimestamp64Micro(first_seen_at), 9223372036854775807) AS born,
    toUInt32(row_number() OVER (ORDER BY born, identifier)) AS n
FROM waymark_mart.identity_component
WHERE links > 0

-- table begun
SELECT p.n AS a, p.born AS born, sipHash64(e.right_id) AS node, ifNull(toUnixTimestamp64Micro(e.first_seen_at), -9223372036854775808) AS at
FROM waymark_mart.identity_edge AS e
INNER JOIN {point} AS p ON sipHash64(e.left_id) = p.node

-- table link
-- (a, b, at): a and b are connected from the time at on. A link without a time is as old as the younger of its ends.
SELECT least(h.a, p.n) AS a, greatest(h.a, p.n) AS b, greatest(h.at, h.born, p.born) AS at
FROM {begun} AS h
INNER JOIN {point} AS p ON h.node = p.node

-- table former
-- (n, until, became): n was a key until then, and was connected with the smaller became from then on, if not with another one as well.
SELECT toUInt32(0) AS n, toInt64(0) AS until, toUInt32(0) AS became WHERE false

-- step

-- table leaving
-- Until its earliest link a number is alone. If that goes to a smaller one, it ceases to be a key then: it leaves. Time and
-- number are compared as one number, as minima of tuples are slow.
SELECT n, toInt64(bitShiftRight(earliest, 32)) AS at, toUInt32(bitAnd(earliest, 4294967295)) AS other
FROM (
    SELECT n, min(toInt128(at) * 4294967296 + other) AS earliest
    FROM (
        SELECT a AS n, b AS other, at FROM {link}
        UNION ALL
        SELECT b AS n, a AS other, at FROM {link}
    )
    GROUP BY n
)
WHERE other < n

-- table jump
-- The one that it leaves to may be leaving too, and was then gone already: on to whom that one leaves, and once more.
SELECT l.n AS n, l.at AS at, if(o.n = l.other, o.other, l.other) AS other
FROM {leaving} AS l
LEFT ANY JOIN {leaving} AS o ON l.other = o.n
SETTINGS join_use_nulls = 0

-- table arrived
SELECT l.n AS n, l.at AS at, if(o.n = l.other, o.other, l.other) AS other
FROM {jump} AS l
LEFT ANY JOIN {jump} AS o ON l.other = o.n
SETTINGS join_use_nulls = 0

-- table left
-- Those that arrived at one that stays. The others have a shorter way in the next step.
SELECT n, at, other
FROM {arrived}
WHERE other NOT IN (SELECT n FROM {leaving})

-- table half
-- Its other links, none of which is older, are from now on links of the one that stays.
SELECT if(g.n = l.a, g.other, l.a) AS a, l.b AS b, l.at AS at
FROM {link} AS l
LEFT ANY JOIN {left} AS g ON l.a = g.n
UNION ALL
SELECT n AS a, other AS b, at FROM {arrived} WHERE n NOT IN (SELECT n FROM {left})
SETTINGS join_use_nulls = 0

-- table link
SELECT least(x, y) AS a, greatest(x, y) AS b, min(at) AS at
FROM (
    SELECT h.a AS x, if(g.n = h.b, g.other, h.b) AS y, h.at AS at
    FROM {half} AS h
    LEFT ANY JOIN {left} AS g ON h.b = g.n
)
WHERE x != y
GROUP BY a, b
SETTINGS join_use_nulls = 0

-- table former
-- Who had become a part of one that left at that time already became what that one did.
SELECT f.n AS n, f.until AS until, if(g.n = f.became AND g.at <= f.until, g.other, f.became) AS became
FROM {former} AS f
LEFT ANY JOIN {left} AS g ON f.became = g.n
UNION ALL
SELECT p.n AS n, l.at AS until, l.other AS became
FROM {point} AS p
INNER JOIN {left} AS l ON p.n = l.n
WHERE l.at > p.born -- who left at once was never a key
SETTINGS join_use_nulls = 0

-- until
SELECT count() FROM {link}

-- table key
SELECT p.n AS n, i.identifier AS identifier, i.kind AS kind, i.customer_key AS customer_key, p.born AS born
FROM waymark_mart.identity_component AS i
INNER JOIN {point} AS p ON sipHash64(i.identifier) = p.node

-- table ceased
SELECT k.identifier AS identifier, k.kind AS kind, k.customer_key AS customer_key, k.born AS born, f.until AS until, f.became AS became
FROM {key} AS k
INNER JOIN {former} AS f ON k.n = f.n

-- result
SELECT
    c.identifier AS former_key,
    c.kind AS kind,
    fromUnixTimestamp64Micro(c.born, 'UTC') AS valid_from,
    if(c.until = 9223372036854775807, NULL, fromUnixTimestamp64Micro(c.until, 'UTC')) AS valid_to,
    k.identifier AS became_key,
    c.customer_key AS customer_key
FROM {ceased} AS c
INNER JOIN (SELECT n, identifier FROM {key} WHERE n IN (SELECT became FROM {ceased})) AS k ON c.became = k.n
