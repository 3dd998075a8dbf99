-- comment: The last day of the data: the today of models that need one, as no model reads a clock.
-- hidden: yes
-- grain: last_day
-- needs: fct_journey_event
-- column: last_day Date "Day of the last event."
SELECT max(event_date) AS last_day
FROM waymark_mart.fct_journey_event
HAVING count() > 0
