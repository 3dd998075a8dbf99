-- comment: Who acts for the company: one row per system and person's id of its agents.
-- hidden: yes
-- grain: system, contact_id
-- column: system LowCardinality(String) "System that exports its agents."
-- column: contact_id UUID "Pseudonym of the person's id in the system; zero where the agent has none."
-- column: agent_id LowCardinality(String) "Agent's number in the system, the smallest where there are several."
SELECT system, contact_id, min(a.agent_id) AS agent_id
FROM waymark_raw.agent AS a
GROUP BY system, contact_id
