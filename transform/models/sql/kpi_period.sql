-- comment: Every KPI by week, month and quarter, dimension and member: computed from the facts, so that medians, visitors and stocks are exact too.
-- grain: period, kpi, dimension, member, period_start
-- partition: quarter(period_start)
-- refresh: by (period, period_start)
-- touched: SELECT (period, period_start) AS key FROM waymark_delta.kpi_value WHERE period != 'day'
-- column: period LowCardinality(String) "week (from Monday), month or quarter."
-- column: period_start Date "First day of the period."
-- column: kpi LowCardinality(String) "KPI, by its id in kpi_definition."
-- column: dimension LowCardinality(String) "Dimension: all, channel, source_medium, country, device_category, segment, touchpoint, agent_group, priority, lead_source, owner, opportunity_type or campaign."
-- column: member LowCardinality(String) "Member of the dimension; all for dimension all, (unknown) where the source says nothing."
-- column: numerator Nullable(Decimal(18,4)) "Numerator; NULL for medians and percentiles, which cannot be added up."
-- column: denominator Nullable(Decimal(18,4)) "Denominator; NULL for counts, sums, medians and percentiles."
-- column: n UInt64 "Observations behind the value."
-- column: value Nullable(Float64) "The KPI in its unit of kpi_definition: shares from 0 to 1, nps from -100 to 100, times in minutes; NULL when its denominator is zero."
-- column: ci_low Nullable(Float64) "Lower end of the 95 % confidence interval; NULL where there is none."
-- column: ci_high Nullable(Float64) "Upper end of the 95 % confidence interval; NULL where there is none."
-- column: currency LowCardinality(String) "Currency of money; '' for everything else."
-- test: not_null(kpi, dimension, member)
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
    ci_low,
    ci_high,
    currency
FROM waymark_mart.kpi_value
WHERE period != 'day' /* touched (period, period_start) */
