-- comment: Which customer an identifier belongs to: connected identifiers are one customer. One row per identifier.
-- grain: identifier
-- iterate: 100
-- column: identifier UUID "Pseudonym of a customer number, e-mail address, phone number, person in a system, or device."
-- column: kind LowCardinality(String) "What identifier is: user, email, phone, contact or device."
-- column: customer_key UUID "The customer: the earliest-seen identifier among all that are connected with this one."
-- column: first_seen_at Nullable(DateTime64(6,'UTC')) "First record with the identifier; NULL when none has a time."
-- column: is_generic Bool "Linked to more others than one person has (a shared mailbox, a kiosk): it joins nobody and is a customer of its own."
-- column: others UInt32 "Distinct identifiers other than devices that it appeared together with."
-- column: links UInt32 "Identifiers that it is linked to directly, without generic ones."
-- column: links_hash UInt64 "Which those are: a sum of hashes. Components in which it changed are computed anew."
-- test: not_null(identifier, customer_key)
-- test: the identifiers are those of the records: SELECT count() AS here, (SELECT count() FROM waymark_mart.identity_identifier) AS there FROM {table} HAVING here != there
-- test: a customer_key is an identifier of its own customer: SELECT DISTINCT customer_key FROM {table} WHERE customer_key NOT IN (SELECT identifier FROM {table} WHERE identifier = customer_key)
-- test: a generic identifier joins nobody: SELECT identifier FROM {table} WHERE is_generic AND (customer_key != identifier OR links > 0)
-- test: linked identifiers are one customer: SELECT e.left_id FROM waymark_mart.identity_edge AS e INNER JOIN (SELECT sipHash64(identifier) AS node, sipHash64(customer_key) AS label FROM {table} WHERE links > 0) AS l ON sipHash64(e.left_id) = l.node INNER JOIN (SELECT sipHash64(identifier) AS node, sipHash64(customer_key) AS label FROM {table} WHERE links > 0) AS r ON sipHash64(e.right_id) = r.node WHERE l.label != r.label

-- table edge
-- Label propagation on numbers in the place of identifiers. A step lets every node take the smallest number among itself
-- and its neighbours, then that one's (pointer jumping), then contracts the graph: links are kept between labels, and
-- those within one label vanish. It ends when no link is left; label holds the component of every node.
--
-- A component in which every identifier has the very links that it had keeps its label and is not computed again.
--
-- The links that count, each once.
SELECT sipHash64(left_id) AS a, sipHash64(right_id) AS b
FROM waymark_mart.identity_edge
WHERE left_id NOT IN (SELECT identifier FROM waymark_mart.identity_identifier WHERE is_generic)
    AND right_id NOT IN (SELECT identifier FROM waymark_mart.identity_identifier WHERE is_generic)

-- table node
SELECT node, toUInt32(count()) AS links, sum(hash) AS links_hash
FROM (
    SELECT a AS node, sipHash64(b) AS hash FROM {edge}
    UNION ALL
    SELECT b AS node, sipHash64(a) AS hash FROM {edge}
)
GROUP BY node

-- table former
-- Nodes of the former components that hold: none of their identifiers gained or lost a link.
SELECT p.node AS node, p.label AS label
FROM (SELECT sipHash64(identifier) AS node, sipHash64(customer_key) AS label FROM {previous} WHERE links > 0) AS p
WHERE p.label NOT IN (
    SELECT sipHash64(q.customer_key)
    FROM (SELECT sipHash64(identifier) AS node, customer_key, links, links_hash FROM {previous} WHERE links > 0) AS q
    LEFT ANY JOIN {node} AS n ON q.node = n.node
    WHERE q.links != n.links OR q.links_hash != n.links_hash
)

-- table label
SELECT n.node AS node, if(f.node = n.node, f.label, n.node) AS label
FROM {node} AS n
LEFT ANY JOIN {former} AS f ON n.node = f.node
SETTINGS join_use_nulls = 0

-- table link
-- Between nodes that are to be computed; the smaller one first.
SELECT least(a, b) AS a, greatest(a, b) AS b
FROM {edge}
WHERE a NOT IN (SELECT node FROM {former})

-- step

-- table near
SELECT b AS node, min(a) AS label
FROM {link}
GROUP BY b

-- table jump
SELECT n.node AS node, if(m.node = n.label, m.label, n.label) AS label
FROM {near} AS n
LEFT ANY JOIN {near} AS m ON n.label = m.node
SETTINGS join_use_nulls = 0

-- table label
SELECT l.node AS node, if(j.node = l.label, j.label, l.label) AS label
FROM {label} AS l
LEFT ANY JOIN {jump} AS j ON l.label = j.node
SETTINGS join_use_nulls = 0

-- table half
SELECT if(j.node = l.a, j.label, l.a) AS a, l.b AS b
FROM {link} AS l
LEFT ANY JOIN {jump} AS j ON l.a = j.node
SETTINGS join_use_nulls = 0

-- table link
SELECT least(x, y) AS a, greatest(x, y) AS b
FROM (
    SELECT h.a AS x, if(j.node = h.b, j.label, h.b) AS y
    FROM {half} AS h
    LEFT ANY JOIN {jump} AS j ON h.b = j.node
    SETTINGS join_use_nulls = 0
)
WHERE x != y
GROUP BY a, b

-- until
SELECT count() FROM {link}

-- table customer
SELECT l.label AS label, argMin(i.identifier, tuple(ifNull(i.first_seen_at, toDateTime64('2299-12-31 23:59:59', 6, 'UTC')), i.identifier)) AS customer_key
FROM waymark_mart.identity_identifier AS i
INNER JOIN {label} AS l ON i.number = l.node
GROUP BY l.label

-- table member
SELECT l.node AS node, c.customer_key AS customer_key
FROM {label} AS l
INNER JOIN {customer} AS c ON l.label = c.label

-- result
SELECT
    i.identifier AS identifier,
    i.kind AS kind,
    if(m.node = i.number AND notEmpty(m.customer_key), m.customer_key, i.identifier) AS customer_key,
    i.first_seen_at AS first_seen_at,
    i.is_generic AS is_generic,
    i.others AS others,
    n.links AS links,
    n.links_hash AS links_hash
FROM waymark_mart.identity_identifier AS i
LEFT ANY JOIN {member} AS m ON i.number = m.node
LEFT ANY JOIN {node} AS n ON i.number = n.node
SETTINGS join_use_nulls = 0
