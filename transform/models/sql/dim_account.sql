-- comment: One row per company account, as it stands now.
-- grain: account_key
-- needs: account
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
-- column: annual_revenue_reporting Nullable(Decimal(18,4)) "Annual revenue in the reporting currency at the newest rate there is; NULL when unknown."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_annual_revenue Nullable(Decimal(18,4)) "Annual revenue as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_annual_revenue."
-- column: employees Int32 "Number of employees; 0 is unknown."
-- column: created_at Nullable(DateTime64(3,'UTC')) "When the account was created."
-- test: not_null(account_key)
-- test: every amount has an exchange rate (sources ecb/rates and nbp/table_a give them): SELECT arrayStringConcat(arraySort(groupArray(concat(currency_missing, ' from ', first_day))), ', ') AS missing FROM (SELECT toString(original_currency) AS currency_missing, ifNull(toString(toDate(min(created_at))), '?') AS first_day FROM {table} WHERE original_annual_revenue IS NOT NULL AND annual_revenue_reporting IS NULL GROUP BY currency_missing) HAVING missing != ''
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
    multiIf(
        a.annual_revenue IS NULL, NULL,
        a.currency IN ('', {currency:String}) OR a.annual_revenue = 0, a.annual_revenue,
        x.divisor = 0 OR units > 999999999999999999, NULL,
        reinterpret(toInt64(sign(a.annual_revenue) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(ifNull(a.annual_revenue, 0)))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units)), 'Decimal(18,4)')) AS annual_revenue_reporting,
    {currency:String} AS currency,
    a.annual_revenue AS original_annual_revenue,
    a.currency AS original_currency,
    a.employees AS employees,
    toDateTime64(a.created_at, 3, 'UTC') AS created_at
FROM waymark_raw.account AS a
LEFT ANY JOIN (
    SELECT currency, argMax(multiplier, date) AS multiplier, argMax(divisor, date) AS divisor
    FROM waymark_mart.fx_day
    GROUP BY currency
) AS x ON a.currency = x.currency
WHERE notEmpty(a.account_id)
SETTINGS join_use_nulls = 0
