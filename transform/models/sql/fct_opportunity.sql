-- comment: One row per sales opportunity, as it stands now.
-- grain: system, opportunity_id
-- needs: opportunity
-- touched: SELECT 1 AS key FROM waymark_delta.opportunity
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE identifier IN (SELECT contact_id FROM waymark_raw.opportunity)
-- touched: SELECT 1 AS key FROM waymark_delta.dim_account
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock WHERE last_day < (SELECT max(close_date) FROM waymark_raw.opportunity)
-- touched: SELECT 1 AS key FROM waymark_delta.fx_day WHERE currency IN (SELECT currency FROM waymark_raw.opportunity)
-- column: opportunity_id String "The system's own number of the opportunity."
-- column: system LowCardinality(String) "System of the opportunity."
-- column: account_key UUID "Company account; zero is none."
-- column: customer_key UUID "Primary contact; zero is none."
-- column: owner LowCardinality(String) "Owner, by the system's own number."
-- column: stage LowCardinality(String) "Stage as the source spells it."
-- column: type LowCardinality(String) "Type."
-- column: is_closed Bool "Closed, won or lost."
-- column: is_won Bool "Won."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency at the rate of rate_date; NULL when unknown."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_amount Nullable(Decimal(18,4)) "Amount as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_amount."
-- column: rate_date Nullable(Date) "Day whose exchange rate applies: the close date of a closed opportunity, else the day of creation; the other where one is missing."
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
-- test: every opportunity is here: SELECT count() AS counted, (SELECT count() FROM waymark_raw.opportunity) AS wanted FROM {table} HAVING counted != wanted
-- test: what is won is closed: SELECT opportunity_id FROM {table} WHERE is_won AND NOT is_closed
-- test: every amount has an exchange rate (sources ecb/rates and nbp/table_a give them): SELECT arrayStringConcat(arraySort(groupArray(concat(currency_missing, ' from ', first_day))), ', ') AS missing FROM (SELECT toString(original_currency) AS currency_missing, toString(min(rate_date)) AS first_day FROM {table} WHERE original_amount IS NOT NULL AND amount_reporting IS NULL GROUP BY currency_missing) HAVING missing != ''
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
    multiIf(
        o.amount IS NULL, NULL,
        o.currency IN ('', {currency:String}) OR o.amount = 0, o.amount,
        x.divisor = 0 OR units > 999999999999999999, NULL,
        reinterpret(toInt64(sign(o.amount) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(ifNull(o.amount, 0)))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units)), 'Decimal(18,4)')) AS amount_reporting,
    {currency:String} AS currency,
    o.amount AS original_amount,
    o.currency AS original_currency,
    o.rate_date AS rate_date,
    o.probability AS probability,
    toDateTime64(o.created_at, 3, 'UTC') AS created_at,
    o.created_date AS created_date,
    o.close_date AS close_date,
    if((o.is_closed OR o.is_won) AND o.close_date >= o.created_date, dateDiff('day', o.created_date, o.close_date), NULL) AS sales_cycle_days,
    o.source AS source,
    o.forecast_category AS forecast_category,
    o.campaign_id AS campaign_id,
    a.segment AS segment,
    a.country AS country
FROM (
    SELECT
        *,
        if(created_at IS NULL, NULL, toDate(greatest(ifNull(created_at, toDateTime64(43200, 3, 'UTC')), toDateTime64(43200, 3, 'UTC')), {timezone:String})) AS created_date,
        if(is_closed OR is_won, coalesce(close_date, created_date), coalesce(created_date, close_date)) AS rate_date
    FROM waymark_raw.opportunity
) AS o
LEFT ANY JOIN waymark_mart.identity_component AS i ON o.contact_id = i.identifier
LEFT ANY JOIN waymark_mart.dim_account AS a ON o.account_id = a.account_key
LEFT ANY JOIN waymark_mart.fx_day AS x ON o.currency = x.currency
    AND if(o.rate_date IS NULL, NULL, least(o.rate_date, ifNull((SELECT maxOrNull(last_day) FROM waymark_mart.event_clock), o.rate_date))) = x.date
SETTINGS join_use_nulls = 0
