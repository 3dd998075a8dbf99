-- comment: Events that other models look up wherever in time they are: orders, refunds, opportunities won, what begins a contact with service, ratings of tickets, clicks in mailings, responses to campaigns. Few beside all events, so that those models need not read every day.
-- hidden: yes
-- grain: event_id
-- needs: fct_journey_event
-- partition: quarter(event_date)
-- order_by: event_type, occurred_at, event_id
-- refresh: by event_date
-- touched: SELECT event_date AS key FROM waymark_delta.fct_journey_event WHERE event_type IN ('order_placed', 'order_refunded', 'opportunity_won', 'ticket_rated', 'ticket_created', 'chat_started', 'call_answered', 'email_clicked', 'campaign_member_responded')
-- column: event_id UUID "128-bit hash of system, export, natural key, event type and ordinal: the same record gives the same id, always."
-- column: occurred_at DateTime64(6,'UTC') "When it happened, by the source's clock (UTC)."
-- column: event_date Date "Day of occurred_at in the reporting time zone."
-- column: system LowCardinality(String) "System the record came from (ga4, salesforce, zendesk, survey)."
-- column: export LowCardinality(String) "Export of the system the record came from."
-- column: event_type LowCardinality(String) "What happened, from Waymark's vocabulary."
-- column: stage LowCardinality(String) "Stage of the customer journey, by the journey rules."
-- column: ticket_id String "Ticket the event belongs to; '' is none."
-- column: order_id String "Order the event belongs to; '' is none."
-- column: opportunity_id String "Opportunity the event belongs to; '' is none."
-- column: customer_key UUID "The customer that the record's identifiers belong to (see identity_component); the ticket's requester where staff acted or the record names nobody; zero is unknown."
-- column: is_generic Bool "The record carries no identifier but generic ones (a shared mailbox, a kiosk): customer_key names no one person."
-- column: email_id UUID "Keyed pseudonym of the e-mail address; the zero UUID is none."
-- column: phone_id UUID "Keyed pseudonym of the phone number."
-- column: user_id UUID "Keyed pseudonym of the company's own customer number."
-- column: contact_id UUID "Keyed pseudonym of the person's id in the system."
-- column: device_id UUID "Keyed pseudonym of the browser or app installation."
-- column: session_key UUID "Session that the source itself numbers: hash of system, device and session; zero is none."
-- column: amount Nullable(Decimal(18,4)) "Amount as in the source, in currency; conversion happens in models."
-- column: amount_reporting Nullable(Decimal(18,4)) "Amount in the reporting currency, at the last rate published on or before event_date; NULL when there is no amount."
-- column: currency LowCardinality(String) "ISO 4217 currency of amount."
-- column: quantity Int32 "Number of items."
-- column: channel LowCardinality(String) "Channel of the contact: the source's own, or as the journey rules say."
-- column: source LowCardinality(String) "Traffic source."
-- column: medium LowCardinality(String) "Traffic medium."
-- column: campaign LowCardinality(String) "Campaign."
-- column: device_category LowCardinality(String) "desktop, mobile, tablet or smart tv."
-- column: country LowCardinality(String) "Country, as the source names it."
SELECT
    event_id,
    occurred_at,
    event_date,
    system,
    export,
    event_type,
    stage,
    ticket_id,
    order_id,
    opportunity_id,
    customer_key,
    is_generic,
    email_id,
    phone_id,
    user_id,
    contact_id,
    device_id,
    session_key,
    amount,
    amount_reporting,
    currency,
    quantity,
    channel,
    source,
    medium,
    campaign,
    device_category,
    country
FROM waymark_mart.fct_journey_event
WHERE event_type IN ('order_placed', 'order_refunded', 'opportunity_won', 'ticket_rated', 'ticket_created', 'chat_started', 'call_answered', 'email_clicked', 'campaign_member_responded')
    /* touched event_date */
