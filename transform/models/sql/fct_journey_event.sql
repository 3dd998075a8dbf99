-- comment: One row per thing that happened between a customer and the company; of a record's state only the newest version counts, with the customer it belongs to.
-- grain: event_id
-- needs: journey_event
-- partition: event_date
-- order_by: event_type, occurred_at, event_id
-- refresh: by event_date
-- touched: SELECT event_date AS key FROM waymark_delta.journey_event
-- touched: SELECT event_date AS key FROM waymark_mart.record_event WHERE record_id IN (SELECT record_id FROM waymark_delta.record_event)
-- touched: SELECT event_date AS key FROM waymark_raw.journey_event WHERE ticket_id != '' AND (system, ticket_id) IN (SELECT system, ticket_id FROM waymark_delta.ticket_customer)
-- touched: SELECT seen_date AS key FROM waymark_mart.identity_record WHERE has_event AND arrayExists(x -> x IN (SELECT identifier FROM waymark_delta.identity_component GROUP BY identifier, customer_key, is_generic HAVING count() = 1), [user_id, contact_id, email_id, phone_id, device_id])
-- touched: SELECT event_date AS key FROM waymark_raw.journey_event WHERE notEmpty(contact_id) AND contact_id IN (SELECT contact_id FROM waymark_delta.agent_contact) OR ticket_id != '' AND system IN (SELECT system FROM waymark_delta.agent_contact)
-- touched: SELECT event_date AS key FROM waymark_raw.journey_event WHERE currency != '' AND (currency, event_date) IN (SELECT currency, date FROM waymark_delta.fx_day)
-- column: event_id UUID "128-bit hash of system, export, natural key, event type and ordinal: the same record gives the same id, always."
-- column: occurred_at DateTime64(6,'UTC') "When it happened, by the source's clock (UTC)."
-- column: event_date Date "Day of occurred_at in the reporting time zone."
-- column: system LowCardinality(String) "System the record came from (ga4, salesforce, zendesk, survey)."
-- column: export LowCardinality(String) "Export of the system the record came from."
-- column: event_type LowCardinality(String) "What happened, from Waymark's vocabulary."
-- column: event_group LowCardinality(String) "Group of event_type: web, email, sales, service, feedback or other."
-- column: source_event LowCardinality(String) "What the source itself calls the event."
-- column: stage LowCardinality(String) "Stage of the customer journey, by the journey rules."
-- column: touchpoint LowCardinality(String) "Where the customer met the company, by the journey rules."
-- column: channel LowCardinality(String) "Channel of the contact: the source's own, or as the journey rules say."
-- column: email_id UUID "Keyed pseudonym of the e-mail address; the zero UUID is none."
-- column: phone_id UUID "Keyed pseudonym of the phone number."
-- column: user_id UUID "Keyed pseudonym of the company's own customer number."
-- column: device_id UUID "Keyed pseudonym of the browser or app installation."
-- column: contact_id UUID "Keyed pseudonym of the person's id in the system."
-- column: account_id UUID "Keyed pseudonym of the company account's id in the system; where the record has none, its ticket's."
-- column: customer_key UUID "The customer that the record's identifiers belong to (see identity_component); the ticket's requester where staff acted or the record names nobody; zero is unknown."
-- column: is_generic Bool "The record carries no identifier but generic ones (a shared mailbox, a kiosk): customer_key names no one person."
-- column: session_id UInt64 "The source's own session; 0 is none."
-- column: session_key UUID "Session that the source itself numbers: hash of system, device and session; zero is none."
-- column: ticket_id String "Ticket the event belongs to; '' is none."
-- column: order_id String "Order the event belongs to; '' is none."
-- column: opportunity_id String "Opportunity the event belongs to; '' is none."
-- column: survey_id String "Survey response the event belongs to; '' is none."
-- column: agent_id LowCardinality(String) "Agent or owner concerned, by the system's own number; for a comment, its author; '' is none."
-- column: campaign LowCardinality(String) "Campaign."
-- column: source LowCardinality(String) "Traffic source."
-- column: medium LowCardinality(String) "Traffic medium."
-- column: content LowCardinality(String) "Campaign content."
-- column: term LowCardinality(String) "Campaign term."
-- column: field_name LowCardinality(String) "Which field changed, for ticket_field_changed and the like."
-- column: state_from LowCardinality(String) "State before a change of state."
-- column: state_to LowCardinality(String) "State after a change of state."
-- column: amount Nullable(Decimal(18,4)) "Amount as in the source, in currency; conversion happens in models."
-- column: currency LowCardinality(String) "ISO 4217 currency of amount."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency, at the last rate published on or before event_date; NULL when there is no amount."
-- column: quantity Int32 "Number of items."
-- column: duration_ms Int64 "Duration of the event in milliseconds (GA4: engagement time)."
-- column: score_kind LowCardinality(String) "Kind of score: nps (0 to 10), csat (1 to 5), ces (1 to 7), rating (1 to 5)."
-- column: score Nullable(Float32) "Score on the scale of its kind."
-- column: sentiment Nullable(Float32) "Sentiment from -1 to 1, once scored."
-- column: theme LowCardinality(String) "Theme of a text, once scored."
-- column: page_host LowCardinality(String) "Host of the page."
-- column: page_path String "Path of the page, without query and fragment."
-- column: referrer_host LowCardinality(String) "Host of the referring page."
-- column: device_category LowCardinality(String) "desktop, mobile, tablet or smart tv."
-- column: os LowCardinality(String) "Operating system."
-- column: browser LowCardinality(String) "Browser."
-- column: country LowCardinality(String) "Country, as the source names it."
-- column: city LowCardinality(String) "City, as the source names it."
-- column: language LowCardinality(String) "Language tag."
-- column: is_public Bool "A reply that the customer can see."
-- column: is_agent Bool "An agent acted: the record says so, or its author is a known agent, or (where no users are exported) is not the requester."
-- column: is_engaged Bool "The event says its session is engaged (GA4 session_engaged = 1)."
-- column: record_id UUID "For events read off a record's current state: hash of the record. Only the events of its newest version count. Zero for facts that never change."
-- column: attributes Map(LowCardinality(String),String) "Configured extra fields; never shown in cx_bi."
-- column: record_version Int64 "The source's own version of the record (microseconds)."
-- column: row_hash UInt64 "Hash of the raw row."
-- test: not_null(event_id, event_type, system)
-- test: accepted_values(event_group: web, email, sales, service, feedback, other)
-- test: every amount has an exchange rate (sources ecb/rates and nbp/table_a give them): SELECT arrayStringConcat(arraySort(groupArray(concat(currency_missing, ' from ', first_day))), ', ') AS missing FROM (SELECT toString(currency) AS currency_missing, toString(min(event_date)) AS first_day FROM {rows} WHERE amount IS NOT NULL AND amount_reporting IS NULL GROUP BY currency_missing) HAVING missing != ''
-- test: relationship(customer_key -> identity_component.customer_key)
WITH
    -- The requester's key stands in where staff acted on a ticket, or the record names nobody.
    if(acts_as_staff OR empty(e.named_by), tuple(t.customer_key, t.is_generic), tuple(c.customer_key, c.is_generic)) AS own_or_ticket,
    e.ticket_id != '' AND notEmpty(e.contact_id) AND (
        notEmpty(s.contact_id)
        OR notEmpty(t.contact_id) AND e.contact_id != t.contact_id AND e.system NOT IN (SELECT system FROM waymark_mart.agent_contact)
    ) AS acts_as_staff
SELECT
    e.event_id AS event_id,
    e.occurred_at AS occurred_at,
    e.event_date AS event_date,
    e.system AS system,
    e.export AS export,
    e.event_type AS event_type,
    multiIf(
        e.event_type IN ('page_viewed', 'session_started', 'user_engaged', 'product_viewed', 'product_list_viewed', 'promotion_viewed', 'cart_added',
            'cart_removed', 'checkout_started', 'shipping_info_added', 'payment_info_added', 'order_placed', 'order_refunded', 'searched',
            'form_submitted', 'signed_up', 'help_viewed', 'web_other'), 'web',
        startsWith(e.event_type, 'email_'), 'email',
        e.event_type IN ('ticket_rated', 'survey_sent', 'survey_answered', 'review_posted', 'mention_posted'), 'feedback',
        startsWith(e.event_type, 'ticket_') OR e.event_type IN ('chat_started', 'chat_ended', 'call_answered'), 'service',
        match(e.event_type, '^(lead|opportunity|contract|campaign)_'), 'sales',
        'other') AS event_group,
    e.source_event AS source_event,
    e.stage AS stage,
    e.touchpoint AS touchpoint,
    e.channel AS channel,
    e.email_id AS email_id,
    e.phone_id AS phone_id,
    e.user_id AS user_id,
    e.device_id AS device_id,
    e.contact_id AS contact_id,
    if(empty(e.account_id), t.account_id, e.account_id) AS account_id,
    own_or_ticket.1 AS customer_key,
    own_or_ticket.2 AS is_generic,
    e.session_id AS session_id,
    if(e.session_id = 0 OR empty(e.device_id), toUUID('00000000-0000-0000-0000-000000000000'),
        reinterpretAsUUID(sipHash128(e.system, e.device_id, e.session_id))) AS session_key,
    e.ticket_id AS ticket_id,
    e.order_id AS order_id,
    e.opportunity_id AS opportunity_id,
    e.survey_id AS survey_id,
    if(e.agent_id = '' AND acts_as_staff AND e.event_type IN ('ticket_replied', 'ticket_noted'), s.agent_id, e.agent_id) AS agent_id,
    e.campaign AS campaign,
    e.source AS source,
    e.medium AS medium,
    e.content AS content,
    e.term AS term,
    e.field_name AS field_name,
    e.state_from AS state_from,
    e.state_to AS state_to,
    e.amount AS amount,
    e.currency AS currency,
    multiIf(
        e.amount IS NULL, NULL,
        e.currency IN ('', {currency:String}) OR e.amount = 0, e.amount,
        x.divisor = 0 OR units > 999999999999999999, NULL,
        reinterpret(toInt64(sign(e.amount) * (
            intDiv(2 * toInt256(reinterpretAsInt64(abs(ifNull(e.amount, 0)))) * reinterpretAsInt128(x.multiplier) + reinterpretAsInt128(x.divisor),
                2 * toInt256(greatest(reinterpretAsInt128(x.divisor), 1))) AS units)), 'Decimal(18,4)')) AS amount_reporting,
    e.quantity AS quantity,
    e.duration_ms AS duration_ms,
    e.score_kind AS score_kind,
    e.score AS score,
    e.sentiment AS sentiment,
    e.theme AS theme,
    e.page_host AS page_host,
    e.page_path AS page_path,
    e.referrer_host AS referrer_host,
    e.device_category AS device_category,
    e.os AS os,
    e.browser AS browser,
    e.country AS country,
    e.city AS city,
    e.language AS language,
    e.is_public AS is_public,
    e.is_agent OR acts_as_staff OR e.event_type = 'ticket_noted' AS is_agent,
    e.is_engaged AS is_engaged,
    e.record_id AS record_id,
    e.attributes AS attributes,
    e.record_version AS record_version,
    e.row_hash AS row_hash
FROM (
    -- The identifiers on a record are all of one customer; generic ones are asked last.
    SELECT
        *,
        arrayFilter(x -> notEmpty(x), [user_id, contact_id, email_id, phone_id, device_id]) AS named,
        if(length(named) < 2, named[1],
            ifNull(arrayFirstOrNull(x -> x NOT IN (SELECT identifier FROM waymark_mart.identity_component WHERE is_generic), named), named[1])) AS named_by
    FROM waymark_raw.journey_event
) AS e
LEFT ANY JOIN (
    SELECT a.contact_id AS contact_id, min(a.agent_id) AS agent_id
    FROM waymark_mart.agent_contact AS a
    WHERE notEmpty(a.contact_id)
    GROUP BY a.contact_id
) AS s ON e.contact_id = s.contact_id
LEFT ANY JOIN waymark_mart.ticket_customer AS t ON e.system = t.system AND e.ticket_id = t.ticket_id
LEFT ANY JOIN waymark_mart.identity_component AS c ON e.named_by = c.identifier
LEFT ANY JOIN waymark_mart.fx_day AS x ON e.currency = x.currency AND e.event_date = x.date
WHERE NOT e.is_deleted
    /* touched e.event_date */
    -- Of a record's state the newest version counts; a deletion of the same version wins. A set, as a join might be built of the events.
    AND (empty(e.record_id) OR (e.record_id, e.record_version) IN (
        SELECT record_id, max(tuple(record_version, is_deleted)).1
        FROM waymark_mart.record_event
        GROUP BY record_id
        HAVING NOT max(tuple(record_version, is_deleted)).2
    ))
SETTINGS join_use_nulls = 0
