-- comment: The last day of the data: what journeys are still open is told by it, as no model reads a clock.
-- hidden: yes
-- grain: last_day
-- column: last_day Date "Day of the last event of any journey; contracts, which may be dated ahead, do not count."
SELECT max(ended_date) AS last_day
FROM waymark_mart.journey_step
WHERE NOT is_dated_ahead
HAVING count() > 0
