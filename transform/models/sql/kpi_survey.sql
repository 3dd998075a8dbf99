-- comment: Parts of the survey KPIs for every period, from answers.
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
-- test: answers are those of fct_survey_response: SELECT tuple(sumIf(n, kpi = 'nps'), sumIf(n, kpi = 'csat'), sumIf(n, kpi = 'ces_mean')) AS counted, (SELECT tuple(countIf(score_kind = 'nps' AND score BETWEEN 0 AND 10), countIf(score_kind = 'csat' AND score BETWEEN 1 AND 5), countIf(score_kind = 'ces' AND score BETWEEN 1 AND 7)) FROM waymark_mart.fct_survey_response) AS wanted FROM {table} WHERE period = 'day' AND dimension = 'all' HAVING counted != wanted
-- test: the members of a dimension make up the whole: SELECT kpi, min(counted) AS least, max(counted) AS most FROM (SELECT kpi, dimension, sum(n) AS counted FROM {table} WHERE period = 'day' GROUP BY kpi, dimension) GROUP BY kpi HAVING least != most
-- test: accepted_values(form: count, share, ratio, direct)
WITH
    counted AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, score_kind AS kind,
            count() AS answers,
            countIf(nps_group = 'promoter') AS promoters,
            countIf(nps_group = 'detractor') AS detractors,
            countIf(score >= if(kind = 'ces', 5, 4)) AS positives,
            sum(toFloat64(assumeNotNull(score))) AS total,
            sum(toFloat64(assumeNotNull(score)) * toFloat64(assumeNotNull(score))) AS squares
        FROM (
            SELECT
                score_kind, score, nps_group, answer_date AS date,
                arrayJoin([tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))]) AS p,
                arrayJoin([tuple('all', 'all'), tuple('channel', if(channel = '', '(unknown)', toString(channel))), tuple('touchpoint', if(touchpoint = '', '(unknown)', toString(touchpoint))), tuple('country', if(country = '', '(unknown)', toString(country))),
                    tuple('segment', if(segment = '', '(unknown)', toString(segment))), tuple('agent_group', if(`group` = '', '(unknown)', toString(`group`)))]) AS d
            FROM waymark_mart.fct_survey_response
            WHERE multiIf(score_kind = 'nps', score BETWEEN 0 AND 10, score_kind = 'csat', score BETWEEN 1 AND 5, score_kind = 'ces', score BETWEEN 1 AND 7, false)
        )
        GROUP BY period, period_start, dimension, member, kind
    ),
    part AS (
        SELECT
            period, period_start, dimension, member, answers,
            promoters / answers AS p, detractors / answers AS d, total / answers AS mean,
            toDecimal128(answers, 4) AS n_decimal,
            arrayJoin(multiIf(
                kind = 'nps', [
                    -- SE² = (p + d − (p − d)²) / n
                    tuple('nps', 'direct', toDecimal128(promoters, 4) - toDecimal128(detractors, 4), toNullable(100 * (toInt64(promoters) - toInt64(detractors)) / answers),
                        toNullable(196 * sqrt((p + d - (p - d) * (p - d)) / answers))),
                    tuple('nps_promoter_share', 'share', toDecimal128(promoters, 4), NULL, NULL),
                    tuple('nps_detractor_share', 'share', toDecimal128(detractors, 4), NULL, NULL)],
                kind = 'csat', [tuple('csat', 'share', toDecimal128(positives, 4), NULL, NULL)],
                [
                    tuple('ces_mean', 'direct', toDecimal128(total, 4), toNullable(mean),
                        if(answers < 2, NULL, 1.96 * sqrt(greatest(squares - answers * mean * mean, 0) / (answers - 1) / answers))),
                    tuple('ces_positive_rate', 'share', toDecimal128(positives, 4), NULL, NULL)])) AS k
        FROM counted
    )
SELECT
    period,
    period_start,
    k.1 AS kpi,
    k.2 AS form,
    dimension,
    member,
    accurateCastOrNull(k.3, 'Decimal(18,4)') AS numerator,
    accurateCastOrNull(n_decimal, 'Decimal(18,4)') AS denominator,
    answers AS n,
    k.4 AS direct,
    k.4 - k.5 AS low,
    k.4 + k.5 AS high
FROM part
