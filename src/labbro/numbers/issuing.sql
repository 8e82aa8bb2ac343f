-- name: add_space
INSERT INTO numbers.space (space, name, definition, capacity, next_position, version, token)
SELECT coalesce(max(space), 0) + 1, %s, %s, %s, 0, 0, %s FROM numbers.space
ON CONFLICT (name) DO NOTHING;

-- name: redefine_space
UPDATE numbers.space SET definition = %s, capacity = %s WHERE name = %s AND version = 0;

-- name: read_space
SELECT space, next_position, version, token, definition::text FROM numbers.space WHERE name = %s;

-- name: lock_space
-- The one lock of a space: whoever holds it issues. What the database promises is read behind it, in the same breath.
SELECT space, next_position, version, token,
    current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
    current_setting('synchronous_standby_names'), pg_is_in_recovery()
FROM numbers.space WHERE name = %s FOR UPDATE;

-- name: promises
SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
    current_setting('synchronous_standby_names'), pg_is_in_recovery();

-- name: asked
-- Which of the requests were answered before, and what their accounts drew today. OFFSET and LIMIT keep each request a
-- look-up by its id: left to choose, the planner reads whole tables or accounts by a plan kept from an empty table.
SELECT asked.account_id, asked.request_id, NULL::bigint
FROM json_to_recordset(%s::json) AS asked (account_id uuid, request_id uuid)
WHERE (SELECT true FROM (SELECT account_id FROM numbers.series WHERE request_id = asked.request_id OFFSET 0) AS s
        WHERE s.account_id = asked.account_id LIMIT 1)
    OR (SELECT true FROM (SELECT account_id FROM numbers.release WHERE request_id = asked.request_id OFFSET 0) AS r
        WHERE r.account_id = asked.account_id LIMIT 1)
UNION ALL
SELECT account_id, NULL, numbers FROM numbers.drawn_day WHERE space = %s AND day = %s AND account_id = ANY(%s);

-- name: known_series
SELECT s.request_digest, p.name, s.series_id, s.round, s.positions, s.account_id, s.laboratory_id, s.vendor_id,
    s.system_id, s.manual, s.request_id, s.drawn_at,
    (SELECT coalesce(sum(upper(r.positions) - lower(r.positions)), 0)::bigint FROM numbers.release AS r
        WHERE r.series_id = s.series_id)
FROM unnest(%s::uuid[], %s::uuid[]) AS asked (account_id, request_id)
JOIN numbers.series AS s USING (account_id, request_id)
JOIN numbers.space AS p ON p.space = s.space;

-- name: known_releases
SELECT r.account_id, r.request_id, r.request_digest
FROM unnest(%s::uuid[], %s::uuid[]) AS asked (account_id, request_id)
JOIN numbers.release AS r USING (account_id, request_id);

-- name: known_approvals
SELECT a.approval_id, a.account_id, a.laboratory_id, a.vendor_id, p.name, a.count, a.request_id, a.asked_at,
    a.asked_by, a.decision, a.decided_at, a.decided_by
FROM unnest(%s::uuid[], %s::uuid[]) AS asked (account_id, request_id)
JOIN numbers.approval AS a USING (account_id, request_id)
JOIN numbers.space AS p ON p.space = a.space;

-- name: lock_agents
SELECT agent_id, account_id, call, nonce, previous_nonce, last_request_id, highest_position, ledger_digest, seen_at,
    state, held_at, stock
FROM numbers.agent WHERE agent_id = ANY(%s) ORDER BY agent_id FOR UPDATE;

-- name: resting
-- Released numbers that have rested long enough, without what came back already or is not to come back. What an agent
-- drew that was cloned or restored may be on two tubes: it never comes back.
SELECT release_id, round, start, stop FROM (
    SELECT r.release_id, (r.round + 1)::smallint AS round, upper(r.positions) AS stop, r.released_at,
        greatest(
            lower(r.positions),
            (SELECT max(upper(s.positions)) FROM numbers.series AS s WHERE s.release_id = r.release_id),
            (SELECT max(upper(g.positions)) FROM numbers.gap AS g WHERE g.release_id = r.release_id)
        ) AS start
    FROM numbers.release AS r
    WHERE r.space = %s AND r.released_at <= %s AND NOT EXISTS (
        SELECT FROM numbers.series AS s JOIN numbers.agent AS a USING (agent_id)
        WHERE s.space = r.space AND s.positions && r.positions AND a.state <> 'active'
    )
) AS rested
WHERE start < stop ORDER BY released_at, release_id LIMIT %s;

-- name: move_space
UPDATE numbers.space SET next_position = %s, version = %s, token = %s WHERE space = %s AND version < %s;

-- name: issue
-- The space moves, the series and the days' sums come in: one statement, its rows as JSON. No row where the version did
-- not move, which cannot be under the lock.
WITH moved AS (
    UPDATE numbers.space SET next_position = %(next_position)s, version = %(version)s, token = %(token)s
    WHERE space = %(space)s AND version = %(version)s - 1 RETURNING space, version
), drawn AS (
    INSERT INTO numbers.series (
        series_id, space, round, positions, account_id, laboratory_id, vendor_id, system_id, credential_id, person_id,
        actor, manual, request_id, request_digest, release_id, version, drawn_at, agent_id
    )
    SELECT series_id, moved.space, round, int8range(start, stop), account_id, laboratory_id, vendor_id, system_id,
        credential_id, person_id, actor, manual, request_id, decode(request_digest, 'hex'), release_id, moved.version,
        %(now)s, agent_id
    FROM moved, json_to_recordset(%(series)s::json) AS new (
        series_id uuid, round smallint, start bigint, stop bigint, account_id uuid, laboratory_id uuid, vendor_id uuid,
        system_id uuid, credential_id uuid, person_id uuid, actor text, manual boolean, request_id uuid,
        request_digest text, release_id uuid, agent_id uuid
    )
    RETURNING account_id, upper(positions) - lower(positions) AS numbers
)
INSERT INTO numbers.drawn_day (account_id, space, day, numbers, series)
SELECT account_id, %(space)s, %(day)s, sum(numbers), count(*) FROM drawn GROUP BY account_id ORDER BY account_id
ON CONFLICT (account_id, space, day) DO UPDATE
SET numbers = drawn_day.numbers + excluded.numbers, series = drawn_day.series + excluded.series;

-- name: add_gap
INSERT INTO numbers.gap (gap_id, space, round, positions, release_id, reason, note, actor, at)
VALUES (%s, %s, %s, int8range(%s, %s), %s, %s, %s, %s, %s);

-- name: add_approval
INSERT INTO numbers.approval (
    approval_id, account_id, laboratory_id, vendor_id, space, count, request_id, request_digest, asked_at, asked_by
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: keep_agent
INSERT INTO numbers.agent (
    agent_id, account_id, call, nonce, previous_nonce, last_request_id, highest_position, ledger_digest, seen_at, state,
    held_at, stock
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (agent_id) DO UPDATE SET
    call = excluded.call, nonce = excluded.nonce, previous_nonce = excluded.previous_nonce,
    last_request_id = excluded.last_request_id, highest_position = excluded.highest_position,
    ledger_digest = excluded.ledger_digest, seen_at = excluded.seen_at, state = excluded.state,
    held_at = excluded.held_at, stock = excluded.stock;

-- name: unreturned
SELECT release_id, round, start, stop FROM (
    SELECT r.release_id, (r.round + 1)::smallint AS round, upper(r.positions) AS stop,
        greatest(
            lower(r.positions),
            (SELECT max(upper(s.positions)) FROM numbers.series AS s WHERE s.release_id = r.release_id),
            (SELECT max(upper(g.positions)) FROM numbers.gap AS g WHERE g.release_id = r.release_id)
        ) AS start
    FROM numbers.release AS r WHERE r.space = %s
) AS rested
WHERE start < stop ORDER BY release_id;
