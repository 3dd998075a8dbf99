-- comment: Parts of the KPIs of e-mails, survey invitations, reactions to bad answers and sentiment for every period; of the events only those of these types are read.
-- hidden: yes
-- grain: period, period_start, kpi, dimension, member
-- touched: SELECT 1 AS key FROM waymark_delta.fct_journey_event WHERE event_type IN ('email_sent', 'email_opened', 'email_clicked', 'email_bounced', 'email_unsubscribed', 'survey_sent', 'survey_answered', 'ticket_created', 'ticket_replied', 'ticket_noted', 'ticket_rated', 'review_posted', 'mention_posted', 'chat_ended', 'call_answered')
-- touched: SELECT 1 AS key FROM waymark_delta.fct_survey_response
-- touched: SELECT 1 AS key FROM waymark_delta.dim_customer WHERE customer_key IN (SELECT customer_key FROM waymark_mart.fct_journey_event WHERE event_type IN ('email_sent', 'email_opened', 'email_clicked', 'email_bounced', 'email_unsubscribed', 'survey_sent', 'survey_answered', 'ticket_created', 'ticket_replied', 'ticket_noted', 'ticket_rated', 'review_posted', 'mention_posted', 'chat_ended', 'call_answered')) GROUP BY customer_key, segment, country HAVING count() = 1
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
-- test: accepted_values(form: count, share, ratio, direct)
-- test: every e-mail counts once: SELECT sum(denominator) AS counted, (SELECT count() FROM waymark_mart.fct_journey_event WHERE event_type = 'email_sent' AND (system, export) IN (SELECT system, export FROM waymark_mart.fct_journey_event WHERE event_type IN ('email_opened', 'email_clicked', 'email_bounced', 'email_unsubscribed'))) AS wanted FROM {table} WHERE kpi = 'email_delivery_rate' AND period = 'day' AND dimension = 'all' HAVING ifNull(counted, 0) != wanted
WITH
    -- An e-mail is one sending of a campaign to one address; what follows belongs to the latest one before it.
    mail AS (
        SELECT
            min(event_date) AS date, min(customer_key) AS customer_key, campaign,
            countIf(event_type = 'email_bounced') > 0 AS bounced, countIf(event_type = 'email_opened') > 0 AS opened,
            countIf(event_type = 'email_clicked') > 0 AS clicked, countIf(event_type = 'email_unsubscribed') > 0 AS unsubscribed
        FROM (
            SELECT
                event_type, event_date, customer_key, system, campaign, multiIf(notEmpty(email_id), email_id, notEmpty(contact_id), contact_id, user_id) AS recipient,
                countIf(event_type = 'email_sent') OVER (
                    PARTITION BY system, campaign, recipient ORDER BY occurred_at, event_type != 'email_sent', event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
            FROM waymark_mart.fct_journey_event
            WHERE event_type IN ('email_sent', 'email_opened', 'email_clicked', 'email_bounced', 'email_unsubscribed')
                -- A CRM that notes that a mail was sent does not know what became of it.
                AND (system, export) IN (SELECT system, export FROM waymark_mart.fct_journey_event WHERE event_type IN ('email_opened', 'email_clicked', 'email_bounced', 'email_unsubscribed'))
        )
        WHERE nth > 0
        GROUP BY system, campaign, recipient, nth
    ),
    -- Agents' replies, notes and calls to customers.
    action AS (
        SELECT customer_key, occurred_at
        FROM waymark_mart.fct_journey_event
        WHERE (event_type = 'call_answered' OR event_type IN ('ticket_replied', 'ticket_noted') AND is_agent) AND notEmpty(customer_key) AND NOT is_generic
    ),
    -- Metric, day, customer, value as a whole number (shares 0 or 1, sentiment in 1/10000, times in ms), and the members of its own dimensions.
    observation AS (
        SELECT o.1 AS metric, date, customer_key, toInt64(o.2) AS value, [tuple('campaign', if(campaign = '', '(unknown)', toString(campaign)))] AS own
        FROM mail
        ARRAY JOIN arrayConcat(
            [tuple('email_delivery_rate', NOT bounced), tuple('email_bounce_rate', bounced)],
            if(bounced, [], [tuple('email_open_rate', opened), tuple('email_click_rate', clicked), tuple('email_unsubscribe_rate', unsubscribed)])) AS o
        UNION ALL
        -- An invitation does not always say to what; one that was answered with other scores only was no invitation to recommend.
        SELECT 'nps_response_rate' AS metric, s.event_date AS date, s.customer_key AS customer_key, toInt64(a.is_nps) AS value, [tuple('channel', if(s.channel = '', '(unknown)', toString(s.channel)))] AS own
        FROM waymark_mart.fct_journey_event AS s
        LEFT ANY JOIN (
            SELECT system, response_id, max(score_kind = 'nps') AS is_nps
            FROM waymark_mart.fct_survey_response
            GROUP BY system, response_id
        ) AS a ON s.system = a.system AND s.survey_id = a.response_id
        WHERE s.event_type = 'survey_sent' AND s.score_kind IN ('', 'nps') AND (a.response_id = '' OR a.is_nps)
        UNION ALL
        SELECT 'survey_reaction_time' AS metric, a.answer_date AS date, a.customer_key AS customer_key, toInt64(dateDiff('millisecond', a.at, r.occurred_at)) AS value,
            [tuple('channel', if(a.channel = '', '(unknown)', toString(a.channel))), tuple('touchpoint', if(a.touchpoint = '', '(unknown)', toString(a.touchpoint)))] AS own
        FROM (SELECT *, toDateTime64(answered_at, 6, 'UTC') AS at FROM waymark_mart.fct_survey_response WHERE nps_group = 'detractor' AND notEmpty(customer_key)) AS a
        ASOF INNER JOIN action AS r ON a.customer_key = r.customer_key AND a.at < r.occurred_at
        WHERE r.occurred_at <= a.at + toIntervalDay(30)
        UNION ALL
        SELECT o.1 AS metric, event_date AS date, customer_key, o.2 AS value,
            [tuple('channel', if(channel = '', '(unknown)', toString(channel))), tuple('touchpoint', if(touchpoint = '', '(unknown)', toString(touchpoint)))] AS own
        FROM (
            SELECT event_date, customer_key, channel, touchpoint, toInt64(round(assumeNotNull(sentiment) * 10000)) AS mood
            FROM waymark_mart.fct_journey_event
            WHERE event_type IN ('survey_answered', 'ticket_created', 'ticket_replied', 'ticket_rated', 'review_posted', 'mention_posted', 'chat_ended', 'call_answered') AND sentiment BETWEEN -1 AND 1 AND NOT is_agent
        )
        ARRAY JOIN [tuple('sentiment_index', mood), tuple('sentiment_positive_share', toInt64(mood >= 500)), tuple('sentiment_neutral_share', toInt64(abs(mood) < 500)), tuple('sentiment_negative_share', toInt64(mood <= -500))] AS o
    ),
    -- Observations of one day that agree in every dimension are one row before they are spread over dimensions and periods.
    daily AS (
        SELECT
            o.metric AS metric, o.date AS date,
            arrayConcat([tuple('all', 'all'), tuple('segment', if(c.segment = '', '(unknown)', toString(c.segment))), tuple('country', if(c.country = '', '(unknown)', toString(c.country)))], o.own) AS dimensions,
            count() AS observations, sum(o.value) AS total, sum(toInt128(o.value) * o.value) AS squares, groupArrayIf(o.value / 60000, o.metric = 'survey_reaction_time') AS minutes
        FROM observation AS o
        LEFT ANY JOIN waymark_mart.dim_customer AS c ON o.customer_key = c.customer_key
        GROUP BY metric, date, dimensions
    ),
    measured AS (
        SELECT
            p.1 AS period, p.2 AS period_start, d.1 AS dimension, d.2 AS member, metric,
            sum(daily.observations) AS observations, sum(daily.total) AS total, sum(daily.squares) AS squares, arraySort(groupArrayArray(minutes)) AS sorted
        FROM (SELECT *, arrayJoin(dimensions) AS d FROM daily) AS daily
        ARRAY JOIN [tuple('day', date), tuple('week', toMonday(date)), tuple('month', toStartOfMonth(date)), tuple('quarter', toStartOfQuarter(date))] AS p
        GROUP BY period, period_start, dimension, member, metric
    ),
    part AS (
        SELECT
            period, period_start, dimension, member, metric, observations AS n,
            -- Ranks of the ends of the median's interval; see kpi_service.
            toInt64(ceil(n / 2 - 0.98 * sqrt(n))) AS first_rank, toInt64(ceil(n / 2 + 0.98 * sqrt(n))) AS last_rank,
            total / 10000 / n AS mean,
            if(n < 2, NULL, 1.96 * sqrt(greatest(toFloat64(squares) / 1e8 - n * mean * mean, 0) / (n - 1) / n)) AS half,
            multiIf(
                metric = 'survey_reaction_time', tuple('direct', CAST(NULL, 'Nullable(Decimal(38, 4))'), CAST(NULL, 'Nullable(Decimal(38, 4))'), toNullable(arrayReduce('quantileExactInclusive(0.5)', sorted)),
                    if(first_rank < 1, NULL, sorted[greatest(first_rank, 1)]), if(last_rank > n, NULL, sorted[greatest(last_rank, 1)])),
                metric = 'sentiment_index', tuple('direct', toDecimal128(total, 4) / 100, toDecimal128(n, 4), 100 * mean, 100 * (mean - half), 100 * (mean + half)),
                tuple('share', toDecimal128(total, 4), toDecimal128(n, 4), NULL, NULL, NULL)) AS k
        FROM measured
    )
SELECT
    period,
    period_start,
    metric AS kpi,
    k.1 AS form,
    dimension,
    member,
    accurateCastOrNull(k.2, 'Decimal(18,4)') AS numerator,
    accurateCastOrNull(k.3, 'Decimal(18,4)') AS denominator,
    n,
    k.4 AS direct,
    k.5 AS low,
    k.6 AS high
FROM part
SETTINGS join_use_nulls = 0
