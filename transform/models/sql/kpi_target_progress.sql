-- comment: One row per target: where the KPI stands, where it had to stand by now, and whether it will get there. Sums (orders, revenue, sessions …) count from the start of the target; any other KPI stands where its last complete month within the target stands, exactly as in kpi_period, and until there is one, where the running month does (all of it, also before the start).
-- grain: system, kpi, dimension, member, start_date, due_date
-- needs: kpi_target
-- column: system LowCardinality(String) "System the target came from."
-- column: kpi LowCardinality(String) "KPI, by its id in kpi_definition."
-- column: dimension LowCardinality(String) "Dimension; all for the KPI as a whole."
-- column: member LowCardinality(String) "Member of the dimension."
-- column: owner LowCardinality(String) "Who answers for it: a team or a role."
-- column: start_date Date "Day from which progress counts."
-- column: due_date Date "Day by which the target is to be reached."
-- column: as_of Date "Last day that counts: the last day of the data, at most due_date."
-- column: direction LowCardinality(String) "Which way is good: up or down."
-- column: baseline Nullable(Float64) "Value at the start: as the target says, else of the last complete month before it, else of the month it starts in; 0 for sums."
-- column: target Float64 "Value to reach, in the KPI's unit."
-- column: actual Nullable(Float64) "Value now; NULL when there is none."
-- column: actual_from Nullable(Date) "First day that actual is of."
-- column: actual_to Nullable(Date) "Last day that actual is of."
-- column: n UInt64 "Observations behind actual."
-- column: ci_low Nullable(Float64) "Lower end of its 95 % confidence interval; NULL where there is none."
-- column: ci_high Nullable(Float64) "Upper end."
-- column: expected Nullable(Float64) "Where a straight way from baseline to target would be at actual_to."
-- column: required_pace Nullable(Float64) "Change a day from baseline to target over the whole time."
-- column: actual_pace Nullable(Float64) "Change a day from baseline to actual so far."
-- column: progress_share Nullable(Float64) "(actual − baseline) / (target − baseline); NULL where they are equal."
-- column: status LowCardinality(String) "achieved (the target is reached), on_track (as far as expected, or farther), at_risk (behind), missed (due and not reached), not_started, or no_data."
-- column: evidence LowCardinality(String) "clear: the interval lies on one side of the target; open: it holds the target, so the status may be chance; thin: fewer than 30 observations; none: the KPI has no interval."
-- column: sentence String "The row in plain words."
-- test: not_null(kpi, dimension, member)
-- test: accepted_values(status: achieved, on_track, at_risk, missed, not_started, no_data)
-- test: accepted_values(evidence: clear, open, thin, none)
-- test: every target is here once: SELECT count() AS targets, (SELECT count() FROM waymark_raw.kpi_target) AS wanted FROM {table} HAVING targets != wanted
-- test: targets are of KPIs that the catalogue knows: SELECT kpi FROM {table} WHERE direction = ''
WITH
    definition AS (
        SELECT c[1] AS id, c[2] AS unit, c[3] AS way, c[4] AS aggregation, c[5] AS name
        FROM (SELECT splitByChar('|', arrayJoin(splitByChar(';', {catalogue:String}))) AS c)
    ),
    goal AS (
        SELECT
            t.system AS system, t.kpi AS kpi, t.dimension AS dimension, t.member AS member, t.owner AS owner, t.start_date AS start_date, t.due_date AS due_date,
            t.baseline AS baseline, t.target AS target, d.way AS way, d.unit AS unit, d.name AS name, d.aggregation = 'sum' AS is_sum,
            least(assumeNotNull((SELECT max(last_day) FROM waymark_mart.event_clock)), t.due_date) AS until
        FROM waymark_raw.kpi_target AS t
        LEFT ANY JOIN definition AS d ON toString(t.kpi) = d.id
    ),
    -- What the KPI was: days for sums, months for all others.
    measured AS (
        SELECT
            g.system AS system, g.kpi AS kpi, g.dimension AS dimension, g.member AS member, g.start_date AS start_date, g.due_date AS due_date,
            min(tuple(g.owner, g.way, g.unit, g.name, g.is_sum, g.until, g.target, g.baseline)) AS t,
            -- The sum so far.
            toFloat64(ifNull(sumIf(v.numerator, v.period = 'day' AND v.period_start BETWEEN g.start_date AND g.until), 0)) AS summed,
            -- Where the KPI is measured at all, nothing is zero.
            min(notEmpty(a.kpi) AND a.first_day <= g.until) AS is_measured,
            sumIf(v.n, v.period = 'day' AND v.period_start BETWEEN g.start_date AND g.until) AS summed_n,
            -- The last complete month within the target, else the running one.
            argMaxIf(tuple(v.value, v.n, v.ci_low, v.ci_high, v.period_start), tuple(v.period_start + toIntervalMonth(1) <= g.until + 1, v.period_start),
                v.period = 'month' AND v.period_start <= g.until AND (v.period_start >= g.start_date OR v.period_start = toStartOfMonth(g.until))) AS month,
            -- The last complete month before, else the month it starts in.
            argMaxIf(v.value, v.period_start, v.period = 'month' AND v.period_start <= g.start_date AND v.value IS NOT NULL
                AND (v.period_start + toIntervalMonth(1) <= g.start_date OR v.period_start = toStartOfMonth(g.start_date) AND b.first_month >= v.period_start)) AS before
        FROM goal AS g
        LEFT JOIN (SELECT * FROM waymark_mart.kpi_value WHERE period IN ('day', 'month') AND kpi IN (SELECT kpi FROM waymark_raw.kpi_target)) AS v ON g.kpi = v.kpi AND g.dimension = v.dimension AND g.member = v.member
        LEFT ANY JOIN (SELECT kpi, dimension, member, min(period_start) AS first_month FROM waymark_mart.kpi_value WHERE period = 'month' AND kpi IN (SELECT kpi FROM waymark_raw.kpi_target) GROUP BY kpi, dimension, member) AS b
            ON g.kpi = b.kpi AND g.dimension = b.dimension AND g.member = b.member
        LEFT ANY JOIN (SELECT kpi, min(period_start) AS first_day FROM waymark_mart.kpi_value WHERE period = 'day' AND dimension = 'all' AND kpi IN (SELECT kpi FROM waymark_raw.kpi_target) GROUP BY kpi) AS a ON g.kpi = a.kpi
        GROUP BY system, kpi, dimension, member, start_date, due_date
    ),
    placed AS (
        SELECT
            system, kpi, dimension, member, t.1 AS owner, start_date, due_date, t.2 AS way, t.3 AS unit, t.4 AS name, t.5 AS is_sum, t.6 AS until,
            toFloat64(t.7) AS target,
            if(is_sum, 0, coalesce(toFloat64(t.8), before)) AS baseline,
            until >= start_date AND if(is_sum, is_measured, month.1 IS NOT NULL) AS known,
            if(known, if(is_sum, summed, month.1), NULL) AS actual,
            if(known, if(is_sum, start_date, month.5), NULL) AS actual_from,
            if(known, if(is_sum, until, least(toDate(month.5 + toIntervalMonth(1)) - 1, until)), NULL) AS actual_to,
            if(NOT known, 0, if(is_sum, summed_n, month.2)) AS n,
            if(is_sum, NULL, month.3) AS ci_low,
            if(is_sum, NULL, month.4) AS ci_high
        FROM measured
    )
SELECT
    system,
    kpi,
    dimension,
    member,
    owner,
    start_date,
    due_date,
    until AS as_of,
    way AS direction,
    baseline,
    target,
    actual,
    actual_from,
    actual_to,
    n,
    ci_low,
    ci_high,
    baseline + required_pace * dateDiff('day', start_date, actual_to + if(is_sum, 1, 0)) AS expected,
    (target - baseline) / (dateDiff('day', start_date, due_date) + if(is_sum, 1, 0)) AS required_pace,
    (actual - baseline) / greatest(dateDiff('day', start_date, actual_to + if(is_sum, 1, 0)), 1) AS actual_pace,
    if(target = baseline, NULL, (actual - baseline) / (target - baseline)) AS progress_share,
    multiIf(
        until < start_date, 'not_started',
        actual IS NULL, 'no_data',
        -- A sum that is to stay low is not reached before the time is over.
        if(way = 'up', actual >= target, actual <= target AND NOT (is_sum AND until < due_date)), 'achieved',
        until >= due_date, 'missed',
        if(way = 'up', ifNull(actual >= expected, false), ifNull(actual <= expected, false)), 'on_track',
        'at_risk') AS status,
    multiIf(n < 30, 'thin', ci_low IS NULL OR ci_high IS NULL, 'none', target BETWEEN ci_low AND ci_high, 'open', 'clear') AS evidence,
    concat(
        name, if(dimension = 'all', '', concat(' (', dimension, ' ', member, ')')), ': ',
        if(actual IS NULL, 'no value yet', concat(if(unit = 'share', concat(toString(round(100 * assumeNotNull(actual), 1)), ' %'), toString(round(assumeNotNull(actual), 2))), ' by ', toString(assumeNotNull(actual_to)))),
        ', target ', if(unit = 'share', concat(toString(round(100 * target, 1)), ' %'), toString(round(target, 2))), ' by ', toString(due_date), ': ', replaceAll(status, '_', ' '), ' (n = ', toString(n), ').') AS sentence
FROM placed
SETTINGS join_use_nulls = 0
