-- comment: One row per sales opportunity, as it stands now.
-- grain: system, opportunity_id
-- column: opportunity_id String "The system's own number of the opportunity."
-- column: system LowCardinality(String) "System of the opportunity."
-- column: account_key UUID "Company account; zero is none."
-- column: customer_key UUID "Primary contact; zero is none."
-- column: owner LowCardinality(String) "Owner, by the system's own number."
-- column: stage LowCardinality(String) "Stage as the source spells it."
-- column: type LowCardinality(String) "Type."
-- column: is_closed Bool "Closed, won or lost."
-- column: is_won Bool "Won."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency; NULL when unknown or its currency has no rate."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_amount Nullable(Decimal(18,4)) "Amount as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_amount."
-- column: probability Nullable(Float32) "Probability of winning, 0 to 1."
-- column: created_at Nullable(DateTime64(3,'UTC')) "When the opportunity was created."
-- column: created_date Nullable(Date) "Day of created_at in the reporting time zone."
-- column: close_date Nullable(Date) "Close date: actual when closed, else expected."
-- column: sales_cycle_days Nullable(Int32) "Days from creation to close of a closed opportunity; NULL when it was entered after it closed."
-- column: source LowCardinality(String) "Lead source."
-- column: forecast_category LowCardinality(String) "Forecast category."
-- column: campaign_id String "Campaign; '' is none."
-- column: segment LowCardinality(String) "Segment of the account."
-- column: country LowCardinality(String) "Country of the account."
-- test: not_null(opportunity_id, system)
-- warn: range(probability: 0, 1)
-- test: what is won is closed: SELECT opportunity_id FROM {table} WHERE is_won AND NOT is_closed
-- warn: every currency has a rate: SELECT original_currency, count() AS opportunities FROM {table} WHERE original_amount IS NOT NULL AND amount_reporting IS NULL GROUP BY original_currency
-- warn: no opportunity closed before it was created: SELECT count() AS closed_before_created FROM {table} WHERE is_closed AND close_date < created_date HAVING closed_before_created > 0
SELECT
    o.opportunity_id AS opportunity_id,
    o.system AS system,
    o.account_id AS account_key,
    if(notEmpty(i.identifier), i.customer_key, o.contact_id) AS customer_key,
    o.owner_id AS owner,
    o.stage AS stage,
    o.type AS type,
    o.is_closed OR o.is_won AS is_closed,
    o.is_won AS is_won,
    if(o.currency IN ('', {currency:String}), o.amount, NULL) AS amount_reporting,
    {currency:String} AS currency,
    o.amount AS original_amount,
    o.currency AS original_currency,
    o.probability AS probability,
    toDateTime64(o.created_at, 3, 'UTC') AS created_at,
    if(o.created_at IS NULL, NULL, toDate(greatest(ifNull(o.created_at, toDateTime64(43200, 3, 'UTC')), toDateTime64(43200, 3, 'UTC')), {timezone:String})) AS created_date,
    o.close_date AS close_date,
    if(is_closed AND o.close_date >= created_date, dateDiff('day', created_date, o.close_date), NULL) AS sales_cycle_days,
    o.source AS source,
    o.forecast_category AS forecast_category,
    o.campaign_id AS campaign_id,
    a.segment AS segment,
    a.country AS country
FROM waymark_raw.opportunity AS o
LEFT ANY JOIN waymark_mart.identity_component AS i ON o.contact_id = i.identifier
LEFT ANY JOIN waymark_mart.dim_account AS a ON o.account_id = a.account_key
SETTINGS join_use_nulls = 0
