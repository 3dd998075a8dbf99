-- comment: One row per lead, as it stands now.
-- grain: lead_key
-- needs: customer
-- touched: SELECT 1 AS key FROM waymark_delta.customer
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE identifier IN (SELECT contact_id FROM waymark_raw.customer WHERE kind = 'lead')
-- column: lead_key UUID "Pseudonym of the lead's id in the system."
-- column: system LowCardinality(String) "System of the lead."
-- column: customer_key UUID "The customer the lead is; a converted lead is the contact it became."
-- column: created_at Nullable(DateTime64(3,'UTC')) "When the lead was created."
-- column: created_date Nullable(Date) "Day of created_at in the reporting time zone."
-- column: is_converted Bool "The lead was converted."
-- column: converted_at Nullable(DateTime64(3,'UTC')) "When the lead was converted."
-- column: opportunity_id String "Opportunity the lead became; '' is none."
-- column: status LowCardinality(String) "Status of the lead."
-- column: source LowCardinality(String) "Lead source."
-- column: segment LowCardinality(String) "Segment."
-- column: country LowCardinality(String) "Country."
-- test: not_null(lead_key, customer_key)
-- test: every lead is here: SELECT count() AS counted, (SELECT count() FROM waymark_raw.customer WHERE kind = 'lead' AND notEmpty(contact_id)) AS wanted FROM {table} HAVING counted != wanted
-- test: relationship(customer_key -> dim_customer.customer_key)
SELECT
    c.contact_id AS lead_key,
    c.system AS system,
    i.customer_key AS customer_key,
    toDateTime64(c.created_at, 3, 'UTC') AS created_at,
    if(c.created_at IS NULL, NULL, toDate(greatest(ifNull(c.created_at, toDateTime64(43200, 3, 'UTC')), toDateTime64(43200, 3, 'UTC')), {timezone:String})) AS created_date,
    c.is_converted AS is_converted,
    toDateTime64(c.converted_at, 3, 'UTC') AS converted_at,
    c.converted_opportunity_id AS opportunity_id,
    c.status AS status,
    c.lead_source AS source,
    c.segment AS segment,
    c.country AS country
FROM waymark_raw.customer AS c
LEFT ANY JOIN waymark_mart.identity_component AS i ON c.contact_id = i.identifier
WHERE c.kind = 'lead' AND notEmpty(c.contact_id)
SETTINGS join_use_nulls = 0
