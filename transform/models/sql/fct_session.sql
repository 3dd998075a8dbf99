-- comment: One row per web session: GA4's own sessions, elsewhere visits cut by silence.
-- grain: session_key
-- needs: session_base
-- partition: month(session_date)
-- order_by: session_date, session_key
-- refresh: by session_key
-- touched: SELECT session_key AS key FROM waymark_delta.session_base
-- touched: SELECT session_key AS key FROM waymark_delta.fct_order WHERE notEmpty(session_key)
-- column: session_key UUID "Hash of system, device and the source's session, or of the first event where the source numbers no sessions."
-- column: customer_key UUID "The customer: of the first event that names one person, else of the first that names any."
-- column: visitor_key UUID "The browser or app installation, else the customer."
-- column: system LowCardinality(String) "System the session was recorded by."
-- column: started_at DateTime64(3,'UTC') "First event."
-- column: ended_at DateTime64(3,'UTC') "Last event."
-- column: session_date Date "Day of the first event in the reporting time zone; a session is not split at midnight."
-- column: is_engaged Bool "GA4: any event says session_engaged = 1; elsewhere longer than 10 s, or two page views, or an order, form or sign-up."
-- column: events UInt32 "Number of events."
-- column: page_views UInt32 "Number of pages viewed."
-- column: has_cart Bool "Something was put into the cart."
-- column: has_checkout Bool "A checkout was started."
-- column: has_order Bool "An order was placed: a repeated event of an order placed earlier does not count."
-- column: orders UInt32 "Orders placed."
-- column: revenue_reporting Nullable(Decimal(18,4)) "Amount of its orders net of refunds in the reporting currency; NULL when no order has a known amount."
-- column: currency LowCardinality(String) "The reporting currency."
-- column: channel LowCardinality(String) "Channel of the first event that names a traffic source."
-- column: source LowCardinality(String) "Traffic source of the first event that names one."
-- column: medium LowCardinality(String) "Medium that belongs to source."
-- column: campaign LowCardinality(String) "Campaign that belongs to source."
-- column: landing_path String "First page viewed."
-- column: device_category LowCardinality(String) "Device of the first event that names one."
-- column: country LowCardinality(String) "Country of the first event that names one."
-- test: not_null(session_key, visitor_key)
-- test: relationship(customer_key -> dim_customer.customer_key)
-- test: every order of a session counts once: SELECT sum(orders) AS counted, (SELECT countIf(notEmpty(session_key)) FROM waymark_mart.fct_order) AS wanted FROM {table} HAVING counted != wanted
-- test: no session is lost or doubled: SELECT count() AS sessions, (SELECT count() FROM waymark_mart.session_base) AS wanted FROM {table} HAVING sessions != wanted
SELECT
    s.session_key AS session_key,
    s.customer_key AS customer_key,
    s.visitor_key AS visitor_key,
    s.system AS system,
    s.started_at AS started_at,
    s.ended_at AS ended_at,
    s.session_date AS session_date,
    s.is_engaged AS is_engaged,
    s.events AS events,
    s.page_views AS page_views,
    s.has_cart AS has_cart,
    s.has_checkout AS has_checkout,
    o.orders > 0 AS has_order,
    o.orders AS orders,
    if(o.orders = 0, toDecimal64(0, 4), o.revenue) AS revenue_reporting,
    {currency:String} AS currency,
    s.channel AS channel,
    s.source AS source,
    s.medium AS medium,
    s.campaign AS campaign,
    s.landing_path AS landing_path,
    s.device_category AS device_category,
    s.country AS country
FROM waymark_mart.session_base AS s
LEFT ANY JOIN (
    SELECT session_key, count() AS orders, sum(net_reporting) AS revenue
    FROM waymark_mart.fct_order
    WHERE notEmpty(session_key)
    GROUP BY session_key
) AS o ON s.session_key = o.session_key
WHERE true /* touched s.session_key */
SETTINGS join_use_nulls = 0
