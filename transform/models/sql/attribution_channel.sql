-- comment: What channels and campaigns brought and what they cost: one row per month, attribution model, channel, source, medium and campaign. Costs stand in every model: add up within one model only.
-- grain: month, model, channel, source, medium, campaign
-- order_by: model, month, channel, source, medium, campaign
-- column: month Date "First day of the month of the conversion or cost."
-- column: model LowCardinality(String) "Attribution model, see fct_attribution."
-- column: channel LowCardinality(String) "Channel."
-- column: source LowCardinality(String) "Traffic source."
-- column: medium LowCardinality(String) "Traffic medium."
-- column: campaign LowCardinality(String) "Campaign."
-- column: conversions Float64 "Conversions, in shares."
-- column: orders Float64 "Of these, orders."
-- column: opportunities Float64 "Of these, opportunities won."
-- column: touches UInt64 "Touches that got credit."
-- column: value_reporting Decimal(18,4) "Value of the conversions, in shares."
-- column: cost_reporting Nullable(Decimal(18,4)) "Marketing cost of the month; NULL when none is known."
-- column: roas Nullable(Float64) "Return on advertising spend: value_reporting / cost_reporting; NULL without cost."
-- column: currency LowCardinality(String) "The reporting currency."
-- test: conversions of every model are all conversions: SELECT model, sum(conversions) AS counted, (SELECT uniqExact(conversion_key) FROM waymark_mart.fct_attribution) AS wanted FROM {table} GROUP BY model HAVING abs(counted - wanted) > 0.000001
-- test: their value is that of all conversions: SELECT model, sum(value_reporting) AS counted, (SELECT ifNull(sum(value_reporting), 0) FROM waymark_mart.fct_attribution WHERE model = 'last') AS wanted FROM {table} GROUP BY model HAVING counted != wanted
-- test: the cost of every model is all cost: SELECT model, ifNull(sum(cost_reporting), 0) AS counted, (SELECT ifNull(sum(cost_reporting), 0) FROM waymark_mart.fct_cost) AS wanted FROM {table} GROUP BY model HAVING counted != wanted
SELECT
    month,
    model,
    channel,
    source,
    medium,
    campaign,
    toFloat64(sum(order_share) + sum(deal_share)) AS conversions,
    toFloat64(sum(order_share)) AS orders,
    toFloat64(sum(deal_share)) AS opportunities,
    sum(touch) AS touches,
    ifNull(sum(value), 0) AS value_reporting,
    sum(cost) AS cost_reporting,
    if(cost_reporting > 0, toFloat64(value_reporting) / toFloat64(cost_reporting), NULL) AS roas,
    {currency:String} AS currency
FROM (
    -- Shares are added up as decimals: the sum does not depend on the order.
    SELECT
        toStartOfMonth(conversion_date) AS month, toString(model) AS model, toString(channel) AS channel, toString(source) AS source, toString(medium) AS medium,
        toString(campaign) AS campaign, toDecimal128(if(conversion_type = 'order', credit, 0), 15) AS order_share,
        toDecimal128(if(conversion_type = 'order', 0, credit), 15) AS deal_share, 1 AS touch, value_reporting AS value, CAST(NULL, 'Nullable(Decimal(18,4))') AS cost
    FROM waymark_mart.fct_attribution
    UNION ALL
    SELECT
        toStartOfMonth(cost_date), arrayJoin(['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay', 'markov']), toString(channel),
        toString(source), toString(medium), toString(campaign), toDecimal128(0, 15), toDecimal128(0, 15), 0, NULL, cost_reporting
    FROM waymark_mart.fct_cost
)
GROUP BY month, model, channel, source, medium, campaign
