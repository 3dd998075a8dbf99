-- comment: Parts of the sales KPIs for every period, from opportunities and leads.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- column: period LowCardinality(String) "day, week, month or quarter."
-- column: period_start Date "First day of the period."
-- column: kpi LowCardinality(String) "KPI, by its id in the catalogue."
-- column: form LowCardinality(String) "How the value follows: count (the numerator), share or ratio (numerator / denominator), direct (given)."
-- column: dimension LowCardinality(String) "Dimension."
-- column: member LowCardinality(String) "Member of the dimension."
-- column: numerator Nullable(Decimal(18,4)) "Numerator; NULL for percentiles, which cannot be added up."
-- column: denominator Nullable(Decimal(18,4)) "Denominator; NULL where there is none."
-- column: n UInt64 "Observations."
-- column: direct Nullable(Float64) "Value of form direct."
-- column: low Nullable(Float64) "Lower end of the 95 % confidence interval, where it is no share's."
-- column: high Nullable(Float64) "Upper end."
-- test: accepted_values(period: day, week, month, quarter)
-- test: closed deals and leads are those of the facts: SELECT sumIf(n, kpi = 'win_rate') AS deals, sumIf(n, kpi = 'lead_conversion_rate') AS leads, (SELECT countIf(is_closed AND close_date IS NOT NULL) FROM waymark_mart.fct_opportunity) AS wanted, (SELECT countIf(created_date IS NOT NULL) FROM waymark_mart.fct_lead) AS wanted_leads FROM {table} WHERE period = 'day' AND dimension = 'all' HAVING deals != wanted OR leads != wanted_leads
-- test: the members of a dimension make up the whole: SELECT kpi, min(counted) AS least, max(counted) AS most FROM (SELECT kpi, dimension, sum(n) AS counted FROM {table} WHERE period = 'day' GROUP BY kpi, dimension) GROUP BY kpi HAVING least != most
-- test: accepted_values(form: count, share, ratio, direct)
WITH
    deal AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member,
            count() AS closed,
            countIf(is_won) AS won,
            count(amount_reporting) AS priced,
            sum(amount_reporting) AS closed_amount,
            sumIf(amount_reporting, is_won) AS won_amount,
            countIf(is_won AND sales_cycle_days IS NOT NULL) AS timed,
            sumIf(toInt64(sales_cycle_days), is_won) AS days,
            sumIf(toInt64(sales_cycle_days) * sales_cycle_days, is_won) AS squares
        FROM (
            SELECT
                is_won, amount_reporting, sales_cycle_days, assumeNotNull(close_date) AS date,
                arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                arrayJoin([tuple('all', 'all'), tuple('lead_source', if(source = '', '(unknown)', toString(source))), tuple('owner', if(owner = '', '(unknown)', toString(owner))), tuple('opportunity_type', if(type = '', '(unknown)', toString(type))),
                    tuple('segment', if(segment = '', '(unknown)', toString(segment))), tuple('country', if(country = '', '(unknown)', toString(country)))]) AS d
            FROM waymark_mart.fct_opportunity
            WHERE is_closed AND close_date IS NOT NULL
        )
        GROUP BY period, period_start, dimension, member
    ),
    lead AS (
        SELECT p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, count() AS leads, countIf(is_converted) AS converted
        FROM (
            SELECT
                is_converted, assumeNotNull(created_date) AS date,
                arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                arrayJoin([tuple('all', 'all'), tuple('lead_source', if(source = '', '(unknown)', toString(source))), tuple('segment', if(segment = '', '(unknown)', toString(segment))), tuple('country', if(country = '', '(unknown)', toString(country)))]) AS d
            FROM waymark_mart.fct_lead
            WHERE created_date IS NOT NULL
        )
        GROUP BY period, period_start, dimension, member
    ),
    part AS (
        SELECT period, period_start, dimension, member, arrayJoin([
            tuple('win_rate', 'share', toDecimal128(won, 4), toDecimal128(closed, 4), closed, CAST(NULL, 'Nullable(Float64)')),
            tuple('win_rate_by_amount', 'ratio', toDecimal128(ifNull(won_amount, 0), 4), toDecimal128(ifNull(closed_amount, 0), 4), priced, NULL),
            tuple('sales_cycle_days', 'ratio', toDecimal128(ifNull(days, 0), 4), toDecimal128(timed, 4), timed,
                if(timed < 2, NULL, 1.96 * sqrt(greatest(toFloat64(squares) - pow(toFloat64(days), 2) / timed, 0) / (timed - 1) / timed)))]) AS k
        FROM deal
        UNION ALL
        SELECT period, period_start, dimension, member,
            tuple('lead_conversion_rate', 'share', toDecimal128(converted, 4), toDecimal128(leads, 4), leads, CAST(NULL, 'Nullable(Float64)')) AS k
        FROM lead
    )
SELECT
    period,
    period_start,
    k.1 AS kpi,
    k.2 AS form,
    dimension,
    member,
    accurateCastOrNull(k.3, 'Decimal(18,4)') AS numerator,
    accurateCastOrNull(k.4, 'Decimal(18,4)') AS denominator,
    k.5 AS n,
    CAST(NULL, 'Nullable(Float64)') AS direct,
    toFloat64(k.3) / toFloat64(k.4) - k.6 AS low,
    toFloat64(k.3) / toFloat64(k.4) + k.6 AS high
FROM part
WHERE n > 0
