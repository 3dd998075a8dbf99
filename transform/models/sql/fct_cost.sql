-- comment: One row per line of marketing cost: a campaign, or an advertisement, on a day.
-- grain: system, campaign_day, cost_id
-- needs: cost_line
-- order_by: cost_date, system, campaign_day, cost_id
-- column: cost_id String "The source's own number of the line, else its line in the export."
-- column: campaign_day String "Day, channel, source, medium and campaign together."
-- column: system LowCardinality(String) "System of the cost."
-- column: cost_date Date "Day of the cost."
-- column: channel LowCardinality(String) "Channel."
-- column: source LowCardinality(String) "Traffic source."
-- column: medium LowCardinality(String) "Traffic medium."
-- column: campaign LowCardinality(String) "Campaign."
-- column: content LowCardinality(String) "Campaign content."
-- column: term LowCardinality(String) "Campaign term."
-- column: cost_reporting Nullable(Decimal(18,4)) "Cost in the reporting currency, at the last rate published on or before cost_date."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: original_cost Decimal(18,4) "Cost as in the source."
-- column: original_currency LowCardinality(String) "Currency of original_cost."
-- column: impressions Int64 "Times shown."
-- column: clicks Int64 "Clicks."
-- test: not_null(cost_id, campaign_day)
-- test: every amount has an exchange rate (sources ecb/rates and nbp/table_a give them): SELECT arrayStringConcat(arraySort(groupArray(concat(currency_missing, ' from ', first_day))), ', ') AS missing FROM (SELECT toString(original_currency) AS currency_missing, toString(min(cost_date)) AS first_day FROM {table} WHERE original_cost IS NOT NULL AND cost_reporting IS NULL GROUP BY currency_missing) HAVING missing != ''
-- test: no line is lost or doubled: SELECT count() AS lines, (SELECT count() FROM waymark_raw.cost_line) AS wanted FROM {table} HAVING lines != wanted
SELECT
    c.cost_id AS cost_id,
    c.campaign_day AS campaign_day,
    c.system AS system,
    c.cost_date AS cost_date,
    c.channel AS channel,
    c.source AS source,
    c.medium AS medium,
    c.campaign AS campaign,
    c.content AS content,
    c.term AS term,
    multiIf(
        c.currency IN ('', {currency:String}) OR c.cost = 0, c.cost,
        x.divisor = 0 OR units > 999999999999999999, NULL,
        reinterpret(toInt64(sign(c.cost) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(ifNull(c.cost, 0)))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units)), 'Decimal(18,4)')) AS cost_reporting,
    {currency:String} AS currency,
    c.cost AS original_cost,
    c.currency AS original_currency,
    c.impressions AS impressions,
    c.clicks AS clicks
FROM waymark_raw.cost_line AS c
LEFT ANY JOIN waymark_mart.fx_day AS x ON c.currency = x.currency AND c.cost_date = x.date
SETTINGS join_use_nulls = 0
