-- comment: One row per company account, as it stands now.
-- grain: account_key
-- column: account_key UUID "Pseudonym of the account's id in the system."
-- column: system LowCardinality(String) "System of the account."
-- column: parent_account_key UUID "Parent account; zero is none."
-- column: type LowCardinality(String) "Type."
-- column: industry LowCardinality(String) "Industry."
-- column: segment LowCardinality(String) "Segment."
-- column: country LowCardinality(String) "Country."
-- column: city LowCardinality(String) "City."
-- column: owner LowCardinality(String) "Owner, by the system's own number."
-- column: source LowCardinality(String) "Where the account was won."
-- column: annual_revenue_reporting Nullable(Decimal(18,4)) "Annual revenue in the reporting currency; NULL when unknown or its currency has no rate."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: employees Int32 "Number of employees; 0 is unknown."
-- column: created_at Nullable(DateTime64(3,'UTC')) "When the account was created."
-- test: not_null(account_key)
SELECT
    a.account_id AS account_key,
    a.system AS system,
    a.parent_account_id AS parent_account_key,
    a.type AS type,
    a.industry AS industry,
    a.segment AS segment,
    a.country AS country,
    a.city AS city,
    a.owner_id AS owner,
    a.source AS source,
    if(a.currency IN ('', {currency:String}), a.annual_revenue, NULL) AS annual_revenue_reporting,
    {currency:String} AS currency,
    a.employees AS employees,
    toDateTime64(a.created_at, 3, 'UTC') AS created_at
FROM waymark_raw.account AS a
WHERE notEmpty(a.account_id)
