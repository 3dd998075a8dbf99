-- comment: Where customers are lost or hurt: stages and touchpoints, ranked, each signal held against all other moments together. Customers count once per moment, over the journeys that began within the last 365 days (configurable).
-- grain: stage, touchpoint
-- needs: journey_step
-- order_by: rank
-- column: rank UInt32 "1 is the worst: flagged moments first, by the customers lost and hurt beyond expectation that their flagged signals show; then the others."
-- column: stage LowCardinality(String) "Stage of the customer journey, by the journey rules."
-- column: touchpoint LowCardinality(String) "Where the customer met the company, by the journey rules."
-- column: evidence String "The finding in a sentence."
-- column: is_flagged Bool "Some signal is worse than elsewhere: adjusted p below 0.05, and enough customers here and elsewhere."
-- column: customers_lost Float64 "Customers who left here beyond the share elsewhere; 0 where fewer did, or too few passed to tell. Beyond chance only where is_flagged."
-- column: customers_hurt Float64 "Customers hurt beyond the share elsewhere, likewise, by the signal that says most: contact, score or sentiment."
-- column: customers UInt64 "Distinct customers who passed."
-- column: exit_n UInt64 "Customers who passed in a journey that is not open."
-- column: exit_customers UInt64 "Of these, customers lost: their last journey was abandoned, and here."
-- column: exit_rate Nullable(Float64) "exit_customers / exit_n."
-- column: exit_rate_elsewhere Nullable(Float64) "The same over all other moments."
-- column: exit_p Nullable(Float64) "Two-proportion z test, two-sided; NULL below the minimum number of customers."
-- column: exit_p_adjusted Nullable(Float64) "exit_p corrected for the number of tests (Benjamini–Hochberg)."
-- column: contact_n UInt64 "Customers who passed."
-- column: contact_customers UInt64 "Of these, customers who contacted service within 72 hours (configurable)."
-- column: contact_rate Nullable(Float64) "contact_customers / contact_n."
-- column: contact_rate_elsewhere Nullable(Float64) "The same over all other moments."
-- column: contact_p Nullable(Float64) "As exit_p."
-- column: contact_p_adjusted Nullable(Float64) "As exit_p_adjusted."
-- column: score_n UInt64 "Customers who passed and gave a score within 30 days (the days that end a journey)."
-- column: score_customers UInt64 "Of these, customers whose next score was low."
-- column: score_rate Nullable(Float64) "score_customers / score_n."
-- column: score_rate_elsewhere Nullable(Float64) "The same over all other moments."
-- column: score_p Nullable(Float64) "As exit_p."
-- column: score_p_adjusted Nullable(Float64) "As exit_p_adjusted."
-- column: sentiment_n UInt64 "Customers who passed and wrote a text with a known sentiment within 30 days."
-- column: sentiment_customers UInt64 "Of these, customers whose next text was negative."
-- column: sentiment_rate Nullable(Float64) "sentiment_customers / sentiment_n."
-- column: sentiment_rate_elsewhere Nullable(Float64) "The same over all other moments."
-- column: sentiment_p Nullable(Float64) "As exit_p."
-- column: sentiment_p_adjusted Nullable(Float64) "As exit_p_adjusted."
-- test: not_null(stage, touchpoint, evidence)
-- test: unique(rank)
-- test: range(exit_p_adjusted: 0, 1)
-- test: a correction never makes a p smaller: SELECT stage, touchpoint FROM {table} WHERE exit_p_adjusted < exit_p OR contact_p_adjusted < contact_p OR score_p_adjusted < score_p OR sentiment_p_adjusted < sentiment_p
-- test: no more customers than there are: SELECT stage, touchpoint FROM {table} WHERE exit_customers > exit_n OR contact_customers > contact_n OR score_customers > score_n OR sentiment_customers > sentiment_n OR exit_n > customers
WITH
    (SELECT max(last_day) FROM waymark_mart.event_clock) AS last_day,
    -- Each customer's latest journey: the one that ends last.
    latest AS (
        SELECT argMax(journey_key, tuple(ended_at, started_at, journey_key)) AS journey_key
        FROM waymark_mart.journey_step
        WHERE is_last AND journey_date + {critical_days:UInt16} > last_day -- who passed since then has it since then
        GROUP BY customer_key
    ),
    -- What became of each customer at each moment, once.
    passage AS (
        SELECT
            s.stage AS stage, s.touchpoint AS touchpoint, s.customer_key AS customer_key,
            max(j.outcome != 'open') AS is_settled,
            max(s.is_last AND j.outcome = 'abandoned' AND s.journey_key IN (SELECT journey_key FROM latest)) AS is_lost,
            max(s.is_contact_next) AS is_contact,
            max(s.score_next) AS score_next, -- 2 is low
            max(s.text_next) AS text_next -- 2 is negative
        FROM waymark_mart.journey_step AS s
        INNER JOIN (SELECT journey_key, outcome FROM waymark_mart.fct_journey WHERE journey_date + {critical_days:UInt16} > last_day) AS j ON s.journey_key = j.journey_key
        WHERE s.journey_date + {critical_days:UInt16} > last_day
        GROUP BY s.stage, s.touchpoint, s.customer_key
    ),
    signal AS (
        SELECT
            stage, touchpoint, customers, s.1 AS name, s.2 AS n, s.3 AS k,
            sum(n) OVER (PARTITION BY name) - n AS other_n,
            sum(k) OVER (PARTITION BY name) - k AS other_k
        FROM (
            SELECT stage, touchpoint, count() AS customers, arrayJoin([
                tuple('exit', countIf(is_settled), countIf(is_lost)),
                tuple('contact', count(), countIf(is_contact)),
                tuple('score', countIf(score_next > 0), countIf(score_next = 2)),
                tuple('sentiment', countIf(text_next > 0), countIf(text_next = 2))]) AS s
            FROM passage
            GROUP BY stage, touchpoint
        )
    ),
    tested AS (
        SELECT *,
            if(n = 0, NULL, k / n) AS rate,
            if(other_n = 0, NULL, other_k / other_n) AS other_rate,
            (k + other_k) / greatest(n + other_n, 1) AS pooled,
            -- A test is made where there are enough customers on both sides and something to tell apart.
            n >= {critical_minimum:UInt32} AND other_n >= {critical_minimum:UInt32} AND pooled > 0 AND pooled < 1 AS is_tested,
            if(is_tested, erfc(abs(rate - other_rate) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n)) / sqrt(2)), NULL) AS p
        FROM signal
    ),
    -- Benjamini–Hochberg: the adjusted p is the least of p × tests / rank over this and all greater p. The quotient comes first: it is at least 1, so that
    -- no rounding makes the adjusted p less than p.
    ranked AS (
        SELECT *,
            count(p) OVER () AS tests,
            row_number() OVER (PARTITION BY is_tested ORDER BY p, name, stage, touchpoint) AS nth
        FROM tested
    ),
    adjusted AS (
        SELECT *,
            if(is_tested, least(1., min(p * (tests / nth)) OVER (PARTITION BY is_tested ORDER BY nth DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)), NULL) AS q,
            ifNull(is_tested AND rate > other_rate AND q < 0.05, false) AS flagged,
            if(is_tested AND rate > other_rate, ifNull(round(k - n * other_rate, 1), 0.), 0.) AS excess,
            concat(toString(k), ' of ', toString(n), ' customers (', toString(round(100 * rate, 1)), ' %) ',
                transform(name, ['exit', 'contact', 'score', 'sentiment'], ['left here for good', 'contacted service soon after', 'then gave a low score', 'then wrote a negative text'], ''),
                ', elsewhere ', toString(round(100 * other_rate, 1)), ' % of ', toString(other_n), '; ', toString(excess), ' more than expected, adjusted p ',
                if(q < 0.0001, 'below 0.0001', toString(round(q, 4)))) AS sentence
        FROM ranked
    ),
    moment AS (
        SELECT
            stage, touchpoint,
            max(flagged) AS is_flagged,
            sumIf(excess, name = 'exit') AS lost,
            maxIf(excess, name != 'exit') AS hurt,
            min(customers) AS passed,
            max(is_tested) AS has_test,
            sumIf(excess, flagged AND name = 'exit') + maxIf(excess, flagged AND name != 'exit') AS proven,
            arrayStringConcat(arrayMap(x -> x.3, arraySort(groupArrayIf(tuple(-excess, name, ifNull(sentence, '')), flagged))), '. ') AS findings,
            argMinIf(ifNull(sentence, ''), tuple(q, -excess, name), excess > 0) AS nearest,
            -- By signal: n, customers, rate, rate elsewhere, p, adjusted p.
            mapFromArrays(groupArray(name), groupArray(tuple(n, k, rate, other_rate, p, q))) AS by
        FROM adjusted
        GROUP BY stage, touchpoint
    )
SELECT
    row_number() OVER (ORDER BY is_flagged DESC, proven DESC, lost + hurt DESC, passed DESC, stage, touchpoint) AS rank,
    stage,
    touchpoint,
    multiIf(
        is_flagged, concat(findings, '.'),
        has_test, concat('Nothing is worse here than elsewhere beyond chance (', toString(passed), ' customers)', if(nearest = '', '.', concat('; most so: ', nearest, '.'))),
        concat('Too few customers to tell: ', toString(passed), ' passed, a test needs ', toString({critical_minimum:UInt32}), '.')) AS evidence,
    is_flagged,
    lost AS customers_lost,
    hurt AS customers_hurt,
    passed AS customers,
    by['exit'].1 AS exit_n,
    by['exit'].2 AS exit_customers,
    by['exit'].3 AS exit_rate,
    by['exit'].4 AS exit_rate_elsewhere,
    by['exit'].5 AS exit_p,
    by['exit'].6 AS exit_p_adjusted,
    by['contact'].1 AS contact_n,
    by['contact'].2 AS contact_customers,
    by['contact'].3 AS contact_rate,
    by['contact'].4 AS contact_rate_elsewhere,
    by['contact'].5 AS contact_p,
    by['contact'].6 AS contact_p_adjusted,
    by['score'].1 AS score_n,
    by['score'].2 AS score_customers,
    by['score'].3 AS score_rate,
    by['score'].4 AS score_rate_elsewhere,
    by['score'].5 AS score_p,
    by['score'].6 AS score_p_adjusted,
    by['sentiment'].1 AS sentiment_n,
    by['sentiment'].2 AS sentiment_customers,
    by['sentiment'].3 AS sentiment_rate,
    by['sentiment'].4 AS sentiment_rate_elsewhere,
    by['sentiment'].5 AS sentiment_p,
    by['sentiment'].6 AS sentiment_p_adjusted
FROM moment
SETTINGS join_use_nulls = 0
