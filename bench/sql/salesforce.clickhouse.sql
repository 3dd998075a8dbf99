-- Contacts to customers in sixteen buckets.
INSERT INTO FUNCTION file('{{out}}/{_partition_id}.parquet', Parquet) PARTITION BY bucket
SELECT *, xxh3(bucket, email_id, phone_id, user_id, contact_id, account_id, country, city, lead_source, created_at, is_deleted, record_version) AS row_hash
FROM (
  WITH toUUID('00000000-0000-0000-0000-000000000000') AS none,
    substring(Id, 1, 15) AS id_, substring(AccountId, 1, 15) AS account_, lower(trimBoth(Email)) AS email_,
    replaceAll(multiIf(MobilePhone != '', MobilePhone, Phone != '', Phone, HomePhone), ' ', '') AS digits_
  SELECT
    toInt32(xxh3(id_) % 16) AS bucket, 'salesforce' AS system, 'Contact' AS export,
    if(email_ = '', none, reinterpret(substring(HMAC('sha256', concat('email', email_), '{{key}}'), 1, 16), 'UUID')) AS email_id,
    if(digits_ = '', none, reinterpret(substring(HMAC('sha256', concat('phone', transform(country, ['Poland', 'Germany', 'Czechia', 'Slovakia', 'United Kingdom',
      'Ukraine'], ['+48', '+49', '+420', '+421', '+44', '+380'], ''), digits_), '{{key}}'), 1, 16), 'UUID')) AS phone_id,
    if(Customer_Number__c = '', none, reinterpret(substring(HMAC('sha256', concat('user', Customer_Number__c), '{{key}}'), 1, 16), 'UUID')) AS user_id,
    reinterpret(substring(HMAC('sha256', concat('contact', id_), '{{key}}'), 1, 16), 'UUID') AS contact_id,
    if(account_ = '', none, reinterpret(substring(HMAC('sha256', concat('account', account_), '{{key}}'), 1, 16), 'UUID')) AS account_id,
    'contact' AS kind, if(MailingCountry != '', MailingCountry, OtherCountry) AS country, if(MailingCity != '', MailingCity, OtherCity) AS city,
    LeadSource AS lead_source,
    parseDateTime64BestEffort(CreatedDate, 6, 'UTC') AS created_at,
    IsDeleted IN ('1', 'true') AS is_deleted,
    toUnixTimestamp64Micro(parseDateTime64BestEffort(SystemModstamp, 6, 'UTC')) AS record_version
  FROM file('{{from}}', CSVWithNames, 'Id String, IsDeleted String, AccountId String, MailingCity String, MailingCountry String, OtherCity String, OtherCountry String,
    Phone String, MobilePhone String, HomePhone String, Email String, LeadSource String, CreatedDate String, SystemModstamp String, Customer_Number__c String')
)
SETTINGS max_threads = 2, input_format_skip_unknown_fields = 1, input_format_with_names_use_header = 1,
  output_format_parquet_compression_method = 'zstd', output_format_parquet_write_bloom_filter = 0, output_format_parquet_write_page_index = 0,
  engine_file_truncate_on_insert = 1
