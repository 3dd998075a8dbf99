-- comment: One row per customer: everyone who left an event or stands in a customer record, known by the earliest-seen of their identifiers.
-- grain: customer_key
-- refresh: by customer_key
-- touched: SELECT customer_key AS key FROM waymark_delta.fct_journey_event WHERE notEmpty(customer_key)
-- touched: SELECT customer_key AS key FROM waymark_delta.identity_component
-- touched: SELECT customer_key AS key FROM waymark_mart.identity_component WHERE identifier IN (SELECT contact_id FROM waymark_delta.customer)
-- column: customer_key UUID "The customer: the earliest-seen of the identifiers that are connected (see identity_component)."
-- column: customer_key_kind LowCardinality(String) "What customer_key is: user, email, phone, contact or device."
-- column: segment LowCardinality(String) "Segment, from the newest record that names one."
-- column: country LowCardinality(String) "Country: of the newest record that names one, else of the newest event."
-- column: city LowCardinality(String) "City, likewise."
-- column: language LowCardinality(String) "Language, likewise."
-- column: acquired_at Nullable(DateTime64(3,'UTC')) "First event, or creation of the first record, whichever is earlier."
-- column: acquired_date Nullable(Date) "Day of acquired_at in the reporting time zone."
-- column: acquisition_source LowCardinality(String) "Traffic source of the first event that names one, else the lead source of the first record."
-- column: lead_source LowCardinality(String) "How the person was won, by the first record that says so; '' is unknown."
-- column: account_key UUID "Company account, from the newest record or event that names one; zero is none."
-- column: identifiers UInt32 "Number of identifiers that are connected."
-- column: is_known Bool "More is known than a device: a customer number, address or record."
-- column: is_generic Bool "No one person: an identifier that too many share (a shared mailbox, a kiosk)."
-- column: is_deleted Bool "The customer was erased on request; always false as long as erasures remove the row."
-- column: last_seen_at Nullable(DateTime64(3,'UTC')) "Last event."
-- column: events UInt64 "Number of events."
-- test: not_null(customer_key, customer_key_kind)
-- test: relationship(customer_key -> identity_component.customer_key)
WITH
    -- Records and events in one form; among several, records come first, then the newest.
    fact AS (
        SELECT
            i.customer_key AS key, 1 AS is_record, c.record_version AS version, c.contact_id AS tie,
            toDateTime64(c.created_at, 6, 'UTC') AS at, c.segment AS segment, c.country AS country, c.city AS city, c.language AS language,
            '' AS source, c.lead_source AS lead_source, c.account_id AS account_id, toDateTime64(0, 6, 'UTC') AS seen_at, 0 AS events
        FROM waymark_raw.customer AS c
        INNER JOIN waymark_mart.identity_component AS i ON c.contact_id = i.identifier
        WHERE c.contact_id NOT IN (SELECT contact_id FROM waymark_raw.agent) /* touched i.customer_key */ -- agents are customers only by what they do as such
        UNION ALL
        -- Days of one customer and one set of properties are one row, so that the step to customers stays small.
        SELECT
            e.customer_key AS key, 0 AS is_record, toUnixTimestamp64Micro(max(e.occurred_at)) AS version,
            toUUID('00000000-0000-0000-0000-000000000000') AS tie,
            toNullable(min(e.occurred_at)) AS at, '' AS segment, e.country AS country, e.city AS city, e.language AS language,
            e.source AS source, '' AS lead_source, e.account_id AS account_id, max(e.occurred_at) AS seen_at, count() AS events
        FROM waymark_mart.fct_journey_event AS e
        WHERE notEmpty(e.customer_key) /* touched e.customer_key */
        GROUP BY e.customer_key, e.country, e.city, e.language, e.source, e.account_id
    )
SELECT
    f.key AS customer_key,
    min(k.key_kind) AS customer_key_kind,
    argMaxIf(f.segment, tuple(f.version, f.segment), f.segment != '') AS segment,
    argMaxIf(f.country, tuple(f.is_record, f.version, f.country), f.country != '') AS country,
    argMaxIf(f.city, tuple(f.is_record, f.version, f.city), f.city != '') AS city,
    argMaxIf(f.language, tuple(f.is_record, f.version, f.language), f.language != '') AS language,
    toDateTime64(min(f.at), 3, 'UTC') AS acquired_at,
    if(acquired_at IS NULL, NULL, toDate(greatest(ifNull(acquired_at, toDateTime64(43200, 3, 'UTC')), toDateTime64(43200, 3, 'UTC')), {timezone:String})) AS acquired_date,
    coalesce(nullIf(argMinIf(f.source, tuple(f.at, f.source), f.source != ''), ''), lead_source) AS acquisition_source,
    argMinIf(f.lead_source, tuple(ifNull(f.at, toDateTime64(0, 6, 'UTC')), f.lead_source), f.lead_source != '') AS lead_source,
    argMaxIf(f.account_id, tuple(f.is_record, f.version, f.account_id), notEmpty(f.account_id)) AS account_key,
    max(k.connected) AS identifiers,
    max(k.known) AS is_known,
    max(k.generic) AS is_generic,
    false AS is_deleted,
    if(max(f.seen_at) = toDateTime64(0, 6, 'UTC'), NULL, toDateTime64(max(f.seen_at), 3, 'UTC')) AS last_seen_at,
    sum(f.events) AS events
FROM fact AS f
LEFT ANY JOIN (
    SELECT
        customer_key, minIf(kind, identifier = customer_key) AS key_kind, count() AS connected, max(kind != 'device') AS known,
        max(is_generic) AS generic
    FROM waymark_mart.identity_component
    WHERE true /* touched customer_key */
    GROUP BY customer_key
) AS k ON f.key = k.customer_key
GROUP BY f.key
SETTINGS join_use_nulls = 0
