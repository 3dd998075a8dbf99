-- comment: What contracts and subscriptions are worth over time: one row per contract and stretch of days with one value. On a day d those with valid_from ≤ d < valid_to are in force.
-- grain: system, contract_id, valid_from
-- needs: contract
-- touched: SELECT 1 AS key FROM waymark_delta.contract
-- touched: SELECT 1 AS key FROM waymark_delta.identity_component WHERE identifier IN (SELECT arrayJoin([user_id, contact_id, email_id]) FROM waymark_raw.contract)
-- touched: SELECT 1 AS key FROM waymark_delta.event_clock WHERE last_day < (SELECT max(started_on) FROM waymark_raw.contract)
-- touched: SELECT 1 AS key FROM waymark_delta.fx_day WHERE currency IN (SELECT currency FROM waymark_raw.contract)
-- column: contract_id String "The system's own number of the contract."
-- column: system LowCardinality(String) "System of the contract."
-- column: customer_key UUID "The customer; zero is unknown."
-- column: account_key UUID "Company account; zero is none."
-- column: valid_from Date "First day of the stretch: the start of the contract, or a change of its value."
-- column: valid_to Nullable(Date) "Day after the last: the next change, or the end of the contract; NULL while it lasts."
-- column: started_on Date "Day the contract started."
-- column: ended_on Nullable(Date) "Day from which the contract is over; NULL while it runs."
-- column: is_first Bool "The first stretch of the contract."
-- column: mrr_reporting Nullable(Decimal(18,4)) "Monthly recurring revenue in the reporting currency, at the rate of started_on throughout, so that a change of rates is no change of the contract."
-- column: change_reporting Nullable(Decimal(18,4)) "mrr_reporting less that of the stretch before; the first one's is all of it."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_mrr Decimal(18,4) "Monthly recurring revenue as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_mrr."
-- column: plan LowCardinality(String) "Plan or product."
-- column: end_reason LowCardinality(String) "Why it ended, as the source spells it."
-- test: not_null(contract_id, system)
-- test: every amount has an exchange rate (sources ecb/rates and nbp/table_a give them): SELECT arrayStringConcat(arraySort(groupArray(concat(currency_missing, ' from ', first_day))), ', ') AS missing FROM (SELECT toString(original_currency) AS currency_missing, toString(min(started_on)) AS first_day FROM {table} WHERE original_mrr IS NOT NULL AND mrr_reporting IS NULL GROUP BY currency_missing) HAVING missing != ''
-- test: every term is here: SELECT count() AS counted, (SELECT count() FROM waymark_raw.contract) AS wanted FROM {table} HAVING counted != wanted
-- test: a contract has one currency: SELECT system, contract_id FROM {table} GROUP BY system, contract_id HAVING uniqExact(original_currency) > 1
-- test: a contract ends after it began: SELECT system, contract_id, valid_from, valid_to FROM {table} WHERE valid_to < valid_from
SELECT
    c.contract_id AS contract_id,
    c.system AS system,
    if(notEmpty(i.identifier), i.customer_key, c.named_by) AS customer_key,
    c.account_id AS account_key,
    c.valid_from AS valid_from,
    if(c.next_from IS NULL, c.ended_on, least(c.next_from, ifNull(c.ended_on, c.next_from))) AS valid_to,
    c.started_on AS started_on,
    c.ended_on AS ended_on,
    c.nth = 1 AS is_first,
    multiIf(
        c.currency IN ('', {currency:String}) OR c.mrr = 0, c.mrr,
        x.divisor = 0 OR units > 999999999999999999, NULL,
        reinterpret(toInt64(sign(c.mrr) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(ifNull(c.mrr, 0)))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units)), 'Decimal(18,4)')) AS mrr_reporting,
    mrr_reporting - multiIf(
        c.nth = 1, toDecimal64(0, 4),
        c.currency IN ('', {currency:String}) OR c.previous_mrr = 0, c.previous_mrr,
        x.divisor = 0 OR units_before > 999999999999999999, NULL,
        reinterpret(toInt64(sign(c.previous_mrr) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(c.previous_mrr))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units_before)), 'Decimal(18,4)')) AS change_reporting,
    {currency:String} AS currency,
    c.mrr AS original_mrr,
    c.currency AS original_currency,
    c.plan AS plan,
    c.end_reason AS end_reason
FROM (
    SELECT
        * EXCEPT (ended_on),
        -- Generic identifiers are asked last.
        arrayFilter(x -> notEmpty(x), [user_id, contact_id, email_id]) AS named,
        ifNull(arrayFirstOrNull(x -> x NOT IN (SELECT identifier FROM waymark_mart.identity_component WHERE is_generic), named), named[1]) AS named_by,
        max(ended_on) OVER (PARTITION BY system, contract_id) AS ended_on,
        least(started_on, ifNull((SELECT maxOrNull(last_day) FROM waymark_mart.event_clock), started_on)) AS rate_date, -- of what is to start the rate of today
        row_number() OVER w AS nth,
        leadInFrame(toNullable(valid_from)) OVER w AS next_from,
        lagInFrame(mrr) OVER w AS previous_mrr
    FROM waymark_raw.contract
    WINDOW w AS (PARTITION BY system, contract_id ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) AS c
LEFT ANY JOIN waymark_mart.identity_component AS i ON c.named_by = i.identifier
LEFT ANY JOIN waymark_mart.fx_day AS x ON c.currency = x.currency AND c.rate_date = x.date
SETTINGS join_use_nulls = 0
