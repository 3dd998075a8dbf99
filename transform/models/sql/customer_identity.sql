-- comment: Which customer an identifier of raw.customer stands for: one row per person's id in a system, and per e-mail address that belongs to exactly one customer number.
-- hidden: yes
-- grain: identifier
-- column: identifier UUID "Pseudonym of a person's id in a system, or of an e-mail address."
-- column: customer_key UUID "Strongest identifier known of that person: the company's own customer number, e-mail address, phone number, else the person's id in the system."
-- column: customer_key_kind LowCardinality(String) "What customer_key is: user, email, phone or contact."
-- test: not_null(identifier, customer_key)
-- test: accepted_values(customer_key_kind: user, email, phone, contact)
WITH
    person AS (
        -- A converted lead is the contact it became.
        SELECT
            p.contact_id AS contact_id,
            notEmpty(c.contact_id) AS became,
            if(became AND notEmpty(c.user_id), c.user_id, p.user_id) AS user_id,
            if(became AND notEmpty(c.email_id), c.email_id, p.email_id) AS email_id,
            if(became AND notEmpty(c.phone_id), c.phone_id, p.phone_id) AS phone_id,
            if(became, c.contact_id, p.contact_id) AS person_id
        FROM waymark_raw.customer AS p
        LEFT ANY JOIN (
            SELECT contact_id, user_id, email_id, phone_id
            FROM waymark_raw.customer
            WHERE notEmpty(contact_id)
        ) AS c ON p.converted_contact_id = c.contact_id
        WHERE notEmpty(p.contact_id)
    ),
    known_email AS (
        -- An address shared by several customer numbers (a family, an office) names none of them.
        SELECT r.email_id AS email_id, min(r.user_id) AS user_id
        FROM waymark_raw.customer AS r
        WHERE notEmpty(r.email_id) AND notEmpty(r.user_id)
        GROUP BY r.email_id
        HAVING min(r.user_id) = max(r.user_id)
    )
SELECT
    person.contact_id AS identifier,
    multiIf(
        notEmpty(person.user_id), person.user_id,
        notEmpty(k.user_id), k.user_id,
        notEmpty(person.email_id), person.email_id,
        notEmpty(person.phone_id), person.phone_id,
        person.person_id) AS customer_key,
    multiIf(
        notEmpty(person.user_id) OR notEmpty(k.user_id), 'user',
        notEmpty(person.email_id), 'email',
        notEmpty(person.phone_id), 'phone',
        'contact') AS customer_key_kind
FROM person
LEFT ANY JOIN known_email AS k ON person.email_id = k.email_id
UNION ALL
SELECT email_id AS identifier, user_id AS customer_key, 'user' AS customer_key_kind
FROM known_email
SETTINGS join_use_nulls = 0
