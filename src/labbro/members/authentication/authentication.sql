-- name: remember
INSERT INTO members.assertion (installation_id, assertion_id, expires_at)
VALUES (%(installation_id)s, %(assertion_id)s, %(expires_at)s)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: forget
DELETE FROM members.assertion WHERE expires_at < %(now)s;

-- name: count_plain
INSERT INTO members.plain_call (laboratory_id, day, calls, last_at)
VALUES (%(laboratory_id)s, %(day)s, 1, %(now)s)
ON CONFLICT (laboratory_id, day) DO UPDATE SET calls = members.plain_call.calls + 1, last_at = EXCLUDED.last_at;

-- name: plain_calls
SELECT laboratory_id, sum(calls)::bigint, max(last_at) FROM members.plain_call
WHERE day >= %(since)s GROUP BY laboratory_id;
