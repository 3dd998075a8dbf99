CREATE TABLE `waymark_raw`.`journey_event`
(
    `event_id` UUID,
    `occurred_at` DateTime64(6, 'UTC'),
    `event_date` Date,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `event_type` LowCardinality(String),
    `source_event` LowCardinality(String),
    `stage` LowCardinality(String),
    `touchpoint` LowCardinality(String),
    `channel` LowCardinality(String),
    `email_id` UUID,
    `phone_id` UUID,
    `user_id` UUID,
    `device_id` UUID,
    `contact_id` UUID,
    `account_id` UUID,
    `session_id` UInt64,
    `ticket_id` String,
    `order_id` String,
    `opportunity_id` String,
    `survey_id` String,
    `agent_id` LowCardinality(String),
    `campaign` LowCardinality(String),
    `source` LowCardinality(String),
    `medium` LowCardinality(String),
    `content` LowCardinality(String),
    `term` LowCardinality(String),
    `field_name` LowCardinality(String),
    `state_from` LowCardinality(String),
    `state_to` LowCardinality(String),
    `amount` Nullable(Decimal(18, 4)),
    `currency` LowCardinality(String),
    `quantity` Int32,
    `duration_ms` Int64,
    `score_kind` LowCardinality(String),
    `score` Nullable(Float32),
    `sentiment` Nullable(Float32),
    `theme` LowCardinality(String),
    `page_host` LowCardinality(String),
    `page_path` String,
    `referrer_host` LowCardinality(String),
    `device_category` LowCardinality(String),
    `os` LowCardinality(String),
    `browser` LowCardinality(String),
    `country` LowCardinality(String),
    `city` LowCardinality(String),
    `language` LowCardinality(String),
    `is_public` Bool,
    `is_agent` Bool,
    `is_engaged` Bool,
    `record_id` UUID,
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `event_date`
ORDER BY (`event_type`, `occurred_at`, `event_id`);

CREATE TABLE `waymark_raw`.`customer`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `email_id` UUID,
    `phone_id` UUID,
    `user_id` UUID,
    `contact_id` UUID,
    `account_id` UUID,
    `kind` LowCardinality(String),
    `segment` LowCardinality(String),
    `country` LowCardinality(String),
    `city` LowCardinality(String),
    `language` LowCardinality(String),
    `time_zone` LowCardinality(String),
    `lead_source` LowCardinality(String),
    `status` LowCardinality(String),
    `is_converted` Bool,
    `converted_at` Nullable(DateTime64(6, 'UTC')),
    `converted_contact_id` UUID,
    `converted_opportunity_id` String,
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `contact_id`);

CREATE TABLE `waymark_raw`.`account`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `account_id` UUID,
    `parent_account_id` UUID,
    `type` LowCardinality(String),
    `industry` LowCardinality(String),
    `segment` LowCardinality(String),
    `country` LowCardinality(String),
    `city` LowCardinality(String),
    `owner_id` LowCardinality(String),
    `source` LowCardinality(String),
    `annual_revenue` Nullable(Decimal(18, 4)),
    `currency` LowCardinality(String),
    `employees` Int32,
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `account_id`);

CREATE TABLE `waymark_raw`.`agent`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `agent_id` LowCardinality(String),
    `contact_id` UUID,
    `role` LowCardinality(String),
    `agent_group` LowCardinality(String),
    `is_active` Bool,
    `time_zone` LowCardinality(String),
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `agent_id`);

CREATE TABLE `waymark_raw`.`ticket`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `ticket_id` String,
    `contact_id` UUID,
    `email_id` UUID,
    `phone_id` UUID,
    `account_id` UUID,
    `status` LowCardinality(String),
    `priority` LowCardinality(String),
    `type` LowCardinality(String),
    `channel` LowCardinality(String),
    `agent_group` LowCardinality(String),
    `agent_id` LowCardinality(String),
    `reason` LowCardinality(String),
    `satisfaction` LowCardinality(String),
    `is_closed` Bool,
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `updated_at` Nullable(DateTime64(6, 'UTC')),
    `closed_at` Nullable(DateTime64(6, 'UTC')),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `ticket_id`);

CREATE TABLE `waymark_raw`.`opportunity`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `opportunity_id` String,
    `account_id` UUID,
    `contact_id` UUID,
    `owner_id` LowCardinality(String),
    `stage` LowCardinality(String),
    `type` LowCardinality(String),
    `source` LowCardinality(String),
    `forecast_category` LowCardinality(String),
    `campaign_id` String,
    `is_closed` Bool,
    `is_won` Bool,
    `amount` Nullable(Decimal(18, 4)),
    `currency` LowCardinality(String),
    `probability` Nullable(Float32),
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `close_date` Nullable(Date),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `opportunity_id`);

CREATE TABLE `waymark_raw`.`campaign`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `campaign_id` String,
    `parent_campaign_id` String,
    `name` String,
    `type` LowCardinality(String),
    `status` LowCardinality(String),
    `owner_id` LowCardinality(String),
    `start_date` Nullable(Date),
    `end_date` Nullable(Date),
    `budgeted_cost` Nullable(Decimal(18, 4)),
    `actual_cost` Nullable(Decimal(18, 4)),
    `expected_revenue` Nullable(Decimal(18, 4)),
    `currency` LowCardinality(String),
    `is_active` Bool,
    `created_at` Nullable(DateTime64(6, 'UTC')),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `campaign_id`);

CREATE TABLE `waymark_raw`.`business_interval`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `schedule_id` LowCardinality(String),
    `starts_at` DateTime64(6, 'UTC'),
    `ends_at` DateTime64(6, 'UTC'),
    `seconds_before` Int64,
    `time_zone` LowCardinality(String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `schedule_id`, `starts_at`);

CREATE TABLE `waymark_raw`.`contract`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `contract_id` String,
    `valid_from` Date,
    `started_on` Date,
    `renewed_on` Nullable(Date),
    `ended_on` Nullable(Date),
    `email_id` UUID,
    `user_id` UUID,
    `contact_id` UUID,
    `account_id` UUID,
    `plan` LowCardinality(String),
    `end_reason` LowCardinality(String),
    `mrr` Decimal(18, 4),
    `currency` LowCardinality(String),
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `contract_id`, `valid_from`);

CREATE TABLE `waymark_raw`.`cost_line`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `campaign_day` String,
    `cost_id` String,
    `cost_date` Date,
    `channel` LowCardinality(String),
    `source` LowCardinality(String),
    `medium` LowCardinality(String),
    `campaign` LowCardinality(String),
    `content` LowCardinality(String),
    `term` LowCardinality(String),
    `cost` Decimal(18, 4),
    `currency` LowCardinality(String),
    `impressions` Int64,
    `clicks` Int64,
    `attributes` Map(LowCardinality(String), String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `campaign_day`, `cost_id`);

CREATE TABLE `waymark_raw`.`fx_rate`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `rate_date` Date,
    `from_currency` LowCardinality(String),
    `to_currency` LowCardinality(String),
    `units` Int32,
    `rate` Decimal(18, 4),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `from_currency`, `to_currency`, `rate_date`, `units`, `rate`);

CREATE TABLE `waymark_raw`.`kpi_target`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `kpi` LowCardinality(String),
    `dimension` LowCardinality(String),
    `member` LowCardinality(String),
    `baseline` Nullable(Decimal(18, 4)),
    `target` Decimal(18, 4),
    `start_date` Date,
    `due_date` Date,
    `owner` LowCardinality(String),
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`system`, `kpi`, `dimension`, `member`, `start_date`, `due_date`);

CREATE TABLE `waymark_raw`.`reject`
(
    `bucket` Int32,
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `reject_id` UUID,
    `source` LowCardinality(String),
    `object` String,
    `line` Int64,
    `byte_offset` Int64,
    `reason` LowCardinality(String),
    `field` LowCardinality(String),
    `message` String,
    `record` String,
    `is_deleted` Bool,
    `record_version` Int64,
    `row_hash` UInt64
)
ENGINE = MergeTree
PARTITION BY `bucket`
ORDER BY (`source`, `object`, `line`, `reject_id`);

CREATE TABLE `waymark_ops`.`run`
(
    `run_id` String,
    `source` LowCardinality(String),
    `window` String,
    `status` LowCardinality(String),
    `started_at` DateTime64(3, 'UTC'),
    `finished_at` DateTime64(3, 'UTC'),
    `objects` Int64,
    `quarantined` Int64,
    `records` Int64,
    `rows` Int64,
    `rejects` Int64,
    `partitions` Int64,
    `models` Int64,
    `message` String,
    `recorded_at` DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(recorded_at)
ORDER BY (`run_id`);

CREATE TABLE `waymark_ops`.`object`
(
    `source` LowCardinality(String),
    `object` String,
    `version` String,
    `status` LowCardinality(String),
    `reason` LowCardinality(String),
    `field` String,
    `run_id` String,
    `bytes` Int64,
    `records` Int64,
    `rows` Int64,
    `rejects` Int64,
    `modified` DateTime64(3, 'UTC'),
    `committed_at` DateTime64(3, 'UTC'),
    `recorded_at` DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(recorded_at)
ORDER BY (`source`, `object`);

CREATE TABLE `waymark_ops`.`partition`
(
    `database` LowCardinality(String),
    `table` LowCardinality(String),
    `partition` String,
    `rows` Int64,
    `hash_sum` UInt64,
    `generation` Int64,
    `files` Int64,
    `published_at` DateTime64(3, 'UTC'),
    `recorded_at` DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(recorded_at)
ORDER BY (`database`, `table`, `partition`);

CREATE TABLE `waymark_ops`.`freshness`
(
    `source` LowCardinality(String),
    `system` LowCardinality(String),
    `export` LowCardinality(String),
    `objects` Int64,
    `quarantined` Int64,
    `rows` Int64,
    `rejects` Int64,
    `newest_object_at` DateTime64(3, 'UTC'),
    `last_success_at` DateTime64(3, 'UTC'),
    `next_run_at` DateTime64(3, 'UTC'),
    `fresh_within_seconds` Int64,
    `overdue` String,
    `recorded_at` DateTime64(6, 'UTC') DEFAULT now64(6),
    `lag_seconds` Int64 ALIAS if(newest_object_at = 0, 0, dateDiff('second', newest_object_at, now64(3))),
    `is_stale` Bool ALIAS fresh_within_seconds > 0 AND (newest_object_at = 0 OR lag_seconds > fresh_within_seconds)
)
ENGINE = ReplacingMergeTree(recorded_at)
ORDER BY (`source`);

