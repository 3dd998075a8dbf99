-- comment: The last day of the data: the today of models that need one, as no model reads a clock. Deals that were won or lost do not count: people date them, often ahead.
-- hidden: yes
-- grain: last_day
-- needs: fct_journey_event
-- column: last_day Date "Day of the last event that is no end of a deal; of the last event when there is no other."
SELECT coalesce(maxOrNullIf(event_date, event_type NOT IN ('opportunity_won', 'opportunity_lost')), max(event_date)) AS last_day
FROM waymark_mart.fct_journey_event
HAVING count() > 0
