-- comment: Every KPI by period, dimension and member, with value and 95 % confidence interval.
-- hidden: yes
-- grain: period, kpi, dimension, member, period_start
-- partition: quarter(period_start)
-- refresh: by (period, period_start)
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_web
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_service
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_survey
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_sales
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_customer
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_contract
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_contact
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_help
-- column: period LowCardinality(String) "day, week, month or quarter."
-- column: period_start Date "First day of the period."
-- column: kpi LowCardinality(String) "KPI, by its id in the catalogue."
-- column: dimension LowCardinality(String) "Dimension."
-- column: member LowCardinality(String) "Member of the dimension."
-- column: numerator Nullable(Decimal(18,4)) "Numerator."
-- column: denominator Nullable(Decimal(18,4)) "Denominator."
-- column: n UInt64 "Observations."
-- column: value Nullable(Float64) "The KPI."
-- column: ci_low Nullable(Float64) "Lower end of the 95 % confidence interval."
-- column: ci_high Nullable(Float64) "Upper end of the 95 % confidence interval."
-- column: currency LowCardinality(String) "Currency of money; '' for everything else."
-- test: not_null(kpi, dimension, member)
WITH
    part AS (
        SELECT * FROM waymark_mart.kpi_web WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_service WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_survey WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_sales WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_customer WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_contract WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_contact WHERE true /* touched (period, period_start) */
        UNION ALL
        SELECT * FROM waymark_mart.kpi_help WHERE true /* touched (period, period_start) */
    ),
    valued AS (
        SELECT
            *,
            denominator != 0 AS divisible,
            if(ifNull(denominator, 0) = 0, toDecimal64(1, 4), assumeNotNull(denominator)) AS divisor,
            multiIf(
                form = 'direct', direct,
                form = 'count', toFloat64(numerator),
                divisible, if(form = 'share', toFloat64(numerator) / toFloat64(divisor), toFloat64(divideDecimal(assumeNotNull(numerator), divisor, 12))),
                NULL) AS value,
            -- Wilson's interval of a share.
            toFloat64(divisor) AS n_share,
            (value + 1.9208 / n_share) / (1 + 3.8416 / n_share) AS centre,
            1.96 / (1 + 3.8416 / n_share) * sqrt(greatest(value * (1 - value), 0) / n_share + 0.9604 / (n_share * n_share)) AS wilson
        FROM part
    )
SELECT
    period,
    period_start,
    kpi,
    dimension,
    member,
    numerator,
    denominator,
    n,
    value,
    multiIf(form = 'share' AND divisible, if(numerator = 0, 0, greatest(centre - wilson, 0)), low) AS ci_low,
    multiIf(form = 'share' AND divisible, if(numerator = denominator, 1, least(centre + wilson, 1)), high) AS ci_high,
    if(kpi IN ('revenue', 'aov', 'clv_historic', 'clv_simple', 'cac'), {currency:String}, '') AS currency
FROM valued
