-- Contacts to customers in sixteen buckets. Every column is named, so nothing is sniffed; only those that are used are made.
COPY (
  WITH raw AS (
    SELECT * FROM read_csv('{{from}}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\n', columns = {
      Id: 'VARCHAR', IsDeleted: 'VARCHAR', MasterRecordId: 'VARCHAR', AccountId: 'VARCHAR', LastName: 'VARCHAR', FirstName: 'VARCHAR', Salutation: 'VARCHAR',
      Name: 'VARCHAR', OtherStreet: 'VARCHAR', OtherCity: 'VARCHAR', OtherPostalCode: 'VARCHAR', OtherCountry: 'VARCHAR', MailingStreet: 'VARCHAR',
      MailingCity: 'VARCHAR', MailingState: 'VARCHAR', MailingPostalCode: 'VARCHAR', MailingCountry: 'VARCHAR', MailingAddress: 'VARCHAR', Phone: 'VARCHAR',
      Fax: 'VARCHAR', MobilePhone: 'VARCHAR', HomePhone: 'VARCHAR', ReportsToId: 'VARCHAR', Email: 'VARCHAR', Title: 'VARCHAR', Department: 'VARCHAR',
      LeadSource: 'VARCHAR', Birthdate: 'VARCHAR', Description: 'VARCHAR', OwnerId: 'VARCHAR', HasOptedOutOfEmail: 'VARCHAR', DoNotCall: 'VARCHAR',
      CreatedDate: 'VARCHAR', CreatedById: 'VARCHAR', LastModifiedDate: 'VARCHAR', LastModifiedById: 'VARCHAR', SystemModstamp: 'VARCHAR',
      LastActivityDate: 'VARCHAR', PhotoUrl: 'VARCHAR', Customer_Number__c: 'VARCHAR'
    })
  ), plain AS (
    SELECT substr(Id, 1, 15) AS id_, substr(AccountId, 1, 15) AS account_, lower(trim(Email)) AS email_, Customer_Number__c AS user_,
      replace(coalesce(MobilePhone, Phone, HomePhone), ' ', '') AS digits_, coalesce(MailingCountry, OtherCountry) AS country,
      coalesce(MailingCity, OtherCity) AS city, LeadSource AS lead_source, CreatedDate, SystemModstamp, IsDeleted
    FROM raw
  ), final AS (
    SELECT
      (hash(id_) % 16)::INTEGER AS bucket, 'salesforce' AS system, 'Contact' AS export,
      substr(sha256('{{key}}email' || email_), 1, 32)::UUID AS email_id,
      substr(sha256('{{key}}phone' || CASE country WHEN 'Poland' THEN '+48' WHEN 'Germany' THEN '+49' WHEN 'Czechia' THEN '+420' WHEN 'Slovakia' THEN '+421'
        WHEN 'United Kingdom' THEN '+44' WHEN 'Ukraine' THEN '+380' ELSE '' END || digits_), 1, 32)::UUID AS phone_id,
      substr(sha256('{{key}}user' || user_), 1, 32)::UUID AS user_id,
      substr(sha256('{{key}}contact' || id_), 1, 32)::UUID AS contact_id,
      substr(sha256('{{key}}account' || account_), 1, 32)::UUID AS account_id,
      'contact' AS kind, country, city, lead_source,
      substr(CreatedDate, 1, 23)::TIMESTAMP AS created_at,
      coalesce(IsDeleted IN ('1', 'true'), false) AS is_deleted,
      epoch_us(substr(SystemModstamp, 1, 23)::TIMESTAMP) AS record_version
    FROM plain
  )
  SELECT *, hash(bucket, email_id, phone_id, user_id, contact_id, account_id, country, city, lead_source, created_at, is_deleted, record_version) AS row_hash
  FROM final
) TO '{{out}}/buckets' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (bucket))
