-- GA4 events to journey events. The parameters are found by their position among the keys, made once per row; README.md
-- lists the formulations that are slower. Run for each file, which is a day, or once with PARTITION_BY: what is faster counts.
COPY (
  WITH raw AS (
    SELECT *, list_transform(event_params, p -> p.key) AS keys
    FROM read_json('{{from}}', format = 'newline_delimited', columns = {
      event_date: 'VARCHAR', event_timestamp: 'BIGINT', event_name: 'VARCHAR',
      event_params: 'STRUCT(key VARCHAR, value STRUCT(string_value VARCHAR, int_value BIGINT, double_value DOUBLE))[]',
      event_bundle_sequence_id: 'BIGINT', user_id: 'VARCHAR', user_pseudo_id: 'VARCHAR',
      device: 'STRUCT(category VARCHAR, operating_system VARCHAR, "language" VARCHAR, web_info STRUCT(browser VARCHAR))',
      geo: 'STRUCT(city VARCHAR, country VARCHAR)',
      traffic_source: 'STRUCT("name" VARCHAR, medium VARCHAR, source VARCHAR)',
      collected_traffic_source: 'STRUCT(manual_campaign_name VARCHAR, manual_source VARCHAR, manual_medium VARCHAR)',
      session_traffic_source_last_click: 'STRUCT(manual_campaign STRUCT(campaign_name VARCHAR, source VARCHAR, medium VARCHAR), cross_channel_campaign STRUCT(campaign_name VARCHAR, source VARCHAR, medium VARCHAR))',
      ecommerce: 'STRUCT(transaction_id VARCHAR, total_item_quantity INTEGER, purchase_revenue DOUBLE, refund_value DOUBLE)',
      batch_event_index: 'BIGINT', batch_page_id: 'BIGINT', batch_ordering_id: 'BIGINT'
    })
  ), params AS (
    SELECT *,
      event_params[list_position(keys, 'ga_session_id')].value.int_value AS session_id_,
      event_params[list_position(keys, 'session_engaged')].value AS engaged_,
      event_params[list_position(keys, 'engagement_time_msec')].value.int_value AS duration_,
      split_part(split_part(event_params[list_position(keys, 'page_location')].value.string_value, '?', 1), '#', 1) AS location_,
      event_params[list_position(keys, 'page_referrer')].value.string_value AS referrer_,
      event_params[list_position(keys, 'transaction_id')].value AS order_,
      event_params[list_position(keys, 'value')].value AS value_,
      nullif(event_params[list_position(keys, 'currency')].value.string_value, '(not set)') AS currency_,
      coalesce(session_traffic_source_last_click.cross_channel_campaign, session_traffic_source_last_click.manual_campaign,
        CASE WHEN collected_traffic_source IS NOT NULL THEN {campaign_name: collected_traffic_source.manual_campaign_name,
          source: collected_traffic_source.manual_source, medium: collected_traffic_source.manual_medium} END,
        {campaign_name: traffic_source.name, source: traffic_source.source, medium: traffic_source.medium}) AS from_
    FROM raw
  ), typed AS (
    SELECT *,
      CASE event_name WHEN 'page_view' THEN 'page_viewed' WHEN 'user_engagement' THEN 'user_engaged' WHEN 'scroll' THEN 'user_engaged'
        WHEN 'session_start' THEN 'session_started' WHEN 'view_item' THEN 'product_viewed' WHEN 'view_item_list' THEN 'product_list_viewed'
        WHEN 'select_item' THEN 'product_list_viewed' WHEN 'view_promotion' THEN 'promotion_viewed' WHEN 'select_promotion' THEN 'promotion_viewed'
        WHEN 'add_to_cart' THEN 'cart_added' WHEN 'remove_from_cart' THEN 'cart_removed' WHEN 'begin_checkout' THEN 'checkout_started'
        WHEN 'add_shipping_info' THEN 'shipping_info_added' WHEN 'add_payment_info' THEN 'payment_info_added' WHEN 'purchase' THEN 'order_placed'
        WHEN 'refund' THEN 'order_refunded' WHEN 'search' THEN 'searched' WHEN 'view_search_results' THEN 'searched'
        WHEN 'form_submit' THEN 'form_submitted' WHEN 'generate_lead' THEN 'form_submitted' WHEN 'sign_up' THEN 'signed_up'
        ELSE 'web_other' END AS event_type,
      split_part(location_, '/', 3) AS host_
    FROM params
  ), named AS (
    SELECT *, CASE WHEN location_ IS NOT NULL THEN coalesce(nullif(substr(location_, strpos(location_, '//') + 2 + length(host_)), ''), '/') END AS path_ FROM typed
  ), final AS (
    SELECT
      substr(md5(concat_ws('/', user_pseudo_id, event_timestamp, event_name, event_bundle_sequence_id, batch_page_id, batch_ordering_id,
        batch_event_index)), 1, 32)::UUID AS event_id,
      make_timestamp(event_timestamp) AS occurred_at, strptime(event_date, '%Y%m%d')::DATE AS event_date,
      'ga4' AS system, 'events' AS export, event_type, event_name AS source_event,
      CASE event_type
        WHEN 'page_viewed' THEN CASE split_part(path_, '/', 2) WHEN '' THEN 'awareness' WHEN 'blog' THEN 'awareness' WHEN 'help' THEN 'service'
          WHEN 'checkout' THEN 'purchase' WHEN 'cart' THEN 'purchase' WHEN 'order-confirmation' THEN 'purchase' WHEN 'register' THEN 'onboarding'
          WHEN 'account' THEN 'use' WHEN 'login' THEN 'use' ELSE 'consideration' END
        WHEN 'session_started' THEN 'awareness' WHEN 'promotion_viewed' THEN 'awareness' WHEN 'cart_added' THEN 'purchase'
        WHEN 'cart_removed' THEN 'purchase' WHEN 'checkout_started' THEN 'purchase' WHEN 'shipping_info_added' THEN 'purchase'
        WHEN 'payment_info_added' THEN 'purchase' WHEN 'order_placed' THEN 'purchase' WHEN 'order_refunded' THEN 'service'
        WHEN 'signed_up' THEN 'onboarding' ELSE 'consideration' END AS stage,
      CASE event_type
        WHEN 'page_viewed' THEN CASE split_part(path_, '/', 2) WHEN '' THEN 'home_page' WHEN 'blog' THEN 'content_page' WHEN 'help' THEN 'help_page'
          WHEN 'checkout' THEN 'checkout_page' WHEN 'cart' THEN 'cart_page' WHEN 'order-confirmation' THEN 'order_confirmation_page'
          WHEN 'register' THEN 'registration_page' WHEN 'account' THEN 'account_page' WHEN 'login' THEN 'account_page' WHEN 'search' THEN 'search_page'
          WHEN 'product' THEN 'product_page' WHEN 'category' THEN 'category_page' ELSE 'web_page' END
        WHEN 'session_started' THEN 'website' WHEN 'user_engaged' THEN 'website' WHEN 'product_viewed' THEN 'product_page'
        WHEN 'product_list_viewed' THEN 'category_page' WHEN 'promotion_viewed' THEN 'promotion' WHEN 'cart_added' THEN 'cart'
        WHEN 'cart_removed' THEN 'cart' WHEN 'checkout_started' THEN 'checkout' WHEN 'shipping_info_added' THEN 'checkout'
        WHEN 'payment_info_added' THEN 'checkout' WHEN 'order_placed' THEN 'order' WHEN 'order_refunded' THEN 'refund'
        WHEN 'searched' THEN 'search' WHEN 'form_submitted' THEN 'form' WHEN 'signed_up' THEN 'registration' ELSE 'website' END AS touchpoint,
      CASE WHEN from_.source = '(direct)' AND from_.medium = '(none)' THEN 'direct'
        WHEN from_.medium = 'cpc' AND from_.source IN ('google', 'bing', 'yahoo', 'duckduckgo') THEN 'paid_search'
        WHEN from_.medium LIKE 'paid%' AND from_.source IN ('facebook', 'instagram', 'linkedin', 'pinterest') THEN 'paid_social'
        WHEN from_.medium IN ('display', 'banner', 'cpm') THEN 'display'
        WHEN from_.medium IN ('social', 'social-network', 'social-media') THEN 'organic_social'
        WHEN from_.medium IN ('email', 'newsletter') THEN 'email'
        WHEN from_.medium IN ('affiliate', 'affiliates') THEN 'affiliates'
        WHEN from_.medium = 'organic' THEN 'organic_search'
        WHEN from_.medium IN ('referral', 'app', 'link') THEN 'referral' ELSE 'other' END AS channel,
      substr(sha256('{{key}}user' || user_id), 1, 32)::UUID AS user_id,
      substr(sha256('{{key}}device' || user_pseudo_id), 1, 32)::UUID AS device_id,
      session_id_::UBIGINT AS session_id,
      CASE WHEN event_type IN ('order_placed', 'order_refunded') THEN CASE
        WHEN ecommerce.transaction_id IS NOT NULL OR ecommerce.total_item_quantity IS NOT NULL OR ecommerce.purchase_revenue IS NOT NULL
          OR ecommerce.refund_value IS NOT NULL THEN nullif(ecommerce.transaction_id, '(not set)')
        ELSE nullif(coalesce(order_.string_value, order_.int_value::VARCHAR), '(not set)') END END AS order_id,
      from_.campaign_name AS campaign, from_.source AS source, from_.medium AS medium,
      coalesce(CASE WHEN event_type = 'order_refunded' THEN ecommerce.refund_value ELSE ecommerce.purchase_revenue END,
        value_.double_value, value_.int_value)::DECIMAL(18, 4) AS amount,
      CASE WHEN currency_ IS NOT NULL THEN currency_ WHEN amount IS NOT NULL THEN 'PLN' END AS currency,
      ecommerce.total_item_quantity AS quantity,
      duration_ AS duration_ms,
      lower(host_) AS page_host, path_ AS page_path, lower(split_part(split_part(referrer_, '?', 1), '/', 3)) AS referrer_host,
      device.category AS device_category, device.operating_system AS os, device.web_info.browser AS browser,
      geo.country AS country, geo.city AS city, device.language AS language,
      coalesce(engaged_.string_value = '1' OR engaged_.int_value = 1, false) AS is_engaged,
      {{version}}::BIGINT AS record_version
    FROM named
  )
  SELECT *, hash(event_id, occurred_at, event_date, event_type, source_event, stage, touchpoint, channel, user_id, device_id, session_id, order_id, campaign, source,
    medium, amount, currency, quantity, duration_ms, page_host, page_path, referrer_host, device_category, os, browser, country, city, language, is_engaged,
    record_version) AS row_hash
  FROM final
) TO {{to}}
