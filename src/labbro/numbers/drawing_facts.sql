-- name: last_automatic
-- The last time that a system of each laboratory drew, or that its stock agent called and needed nothing.
SELECT laboratory_id, max(at) FROM (
    SELECT laboratory_id, max(drawn_at) AS at FROM numbers.series
    WHERE NOT manual AND laboratory_id IS NOT NULL GROUP BY laboratory_id
    UNION ALL
    SELECT account.laboratory_id, max(agent.seen_at) FROM numbers.agent AS agent
    JOIN members.account AS account USING (account_id)
    WHERE agent.state = 'active' AND account.laboratory_id IS NOT NULL GROUP BY account.laboratory_id
) AS calls GROUP BY laboratory_id;

-- name: stocks_told
-- The shortest stock that an agent of each laboratory told; an agent that was retired has none.
SELECT DISTINCT ON (account.laboratory_id) account.laboratory_id, (agent.stock ->> 'days')::int, agent.seen_at
FROM numbers.agent AS agent JOIN members.account AS account USING (account_id)
WHERE agent.state = 'active' AND account.laboratory_id IS NOT NULL AND agent.stock ->> 'days' IS NOT NULL
ORDER BY account.laboratory_id, (agent.stock ->> 'days')::int;
