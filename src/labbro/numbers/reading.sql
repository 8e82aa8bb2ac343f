-- name: series_by_id
SELECT s.series_id, s.round, s.positions, s.account_id, s.laboratory_id, s.vendor_id, s.system_id, s.manual,
    s.request_id, s.drawn_at,
    (SELECT coalesce(sum(upper(r.positions) - lower(r.positions)), 0)::bigint FROM numbers.release AS r
        WHERE r.series_id = s.series_id)
FROM numbers.series AS s JOIN numbers.space AS p USING (space)
WHERE s.series_id = ANY(%s) AND p.name = %s;

-- name: series_of_accounts
SELECT s.series_id, s.round, s.positions, s.account_id, s.laboratory_id, s.vendor_id, s.system_id, s.manual,
    s.request_id, s.drawn_at,
    (SELECT coalesce(sum(upper(r.positions) - lower(r.positions)), 0)::bigint FROM numbers.release AS r
        WHERE r.series_id = s.series_id)
FROM numbers.series AS s JOIN numbers.space AS p USING (space)
WHERE s.account_id = ANY(%s) AND p.name = %s AND s.series_id < %s
ORDER BY s.series_id DESC LIMIT %s;

-- name: ranges_of_accounts
SELECT lower(s.positions), upper(s.positions) FROM numbers.series AS s JOIN numbers.space AS p USING (space)
WHERE s.account_id = ANY(%s) AND p.name = %s ORDER BY s.series_id DESC LIMIT %s;

-- name: series_holding
SELECT s.series_id, s.round, s.positions, s.account_id, s.laboratory_id, s.vendor_id, s.system_id, s.manual,
    s.request_id, s.drawn_at,
    (SELECT coalesce(sum(upper(r.positions) - lower(r.positions)), 0)::bigint FROM numbers.release AS r
        WHERE r.series_id = s.series_id)
FROM numbers.series AS s JOIN numbers.space AS p USING (space)
WHERE s.positions @> %s::bigint AND p.name = %s ORDER BY s.round DESC;

-- name: releases_of_series
SELECT release_id, series_id, round, positions, reason, request_id, released_at, actor FROM numbers.release
WHERE series_id = ANY(%s) ORDER BY series_id, positions;

-- name: release_by_request
SELECT request_digest, release_id, series_id, round, positions, reason, request_id, released_at, actor
FROM numbers.release WHERE account_id = %s AND request_id = %s;

-- name: series_by_request
SELECT series_id FROM numbers.series WHERE account_id = %s AND request_id = %s;

-- name: overlapping_release
SELECT release_id FROM numbers.release WHERE series_id = %s AND positions && int8range(%s, %s) LIMIT 1;

-- name: add_release
INSERT INTO numbers.release (
    release_id, series_id, space, round, positions, account_id, request_id, request_digest, reason, actor, released_at
)
SELECT %s, series_id, space, round, int8range(%s, %s), account_id, %s, %s, %s, %s, %s
FROM numbers.series WHERE series_id = %s;

-- name: gaps_between
SELECT g.gap_id, g.round, g.positions, g.reason, g.note, g.at, g.actor
FROM numbers.gap AS g JOIN numbers.space AS p USING (space)
WHERE g.positions && int8range(%s, %s) AND p.name = %s ORDER BY g.round, g.positions;

-- name: sums
SELECT
    (SELECT coalesce(sum(series), 0)::bigint FROM numbers.drawn_day AS d WHERE d.space = p.space),
    (SELECT coalesce(sum(numbers), 0)::bigint FROM numbers.drawn_day AS d WHERE d.space = p.space),
    (SELECT coalesce(sum(upper(positions) - lower(positions)), 0)::bigint FROM numbers.release AS r
        WHERE r.space = p.space),
    (SELECT coalesce(sum(upper(positions) - lower(positions)), 0)::bigint FROM numbers.gap AS g
        WHERE g.space = p.space AND g.round = 1),
    (SELECT coalesce(sum(numbers), 0)::bigint FROM numbers.drawn_day AS d
        WHERE d.space = p.space AND d.day > %s::date - 365)
FROM numbers.space AS p WHERE p.name = %s;

-- name: drawn_by_day
SELECT account_id, day, numbers, series FROM numbers.drawn_day AS d JOIN numbers.space AS p USING (space)
WHERE d.account_id = ANY(%s) AND p.name = %s AND d.day >= %s ORDER BY day, account_id;

-- name: approvals_of_accounts
SELECT a.approval_id, a.account_id, a.laboratory_id, a.vendor_id, p.name, a.count, a.request_id, a.asked_at,
    a.asked_by, a.decision, a.decided_at, a.decided_by
FROM numbers.approval AS a JOIN numbers.space AS p USING (space)
WHERE a.account_id = ANY(%s) ORDER BY (a.decision <> 'waiting'), a.asked_at DESC LIMIT %s;

-- name: lock_approval
SELECT a.approval_id, a.account_id, a.laboratory_id, a.vendor_id, p.name, a.count, a.request_id, a.asked_at,
    a.asked_by, a.decision, a.decided_at, a.decided_by
FROM numbers.approval AS a JOIN numbers.space AS p USING (space)
WHERE a.approval_id = %s FOR UPDATE OF a;

-- name: decide_approval
UPDATE numbers.approval SET decision = %s, decided_at = %s, decided_by = %s WHERE approval_id = %s;

-- name: agents_of_accounts
SELECT agent_id, account_id, call, highest_position, ledger_digest, seen_at, state, held_at, stock
FROM numbers.agent
WHERE account_id = ANY(%s) ORDER BY (state <> 'held'), seen_at DESC LIMIT %s;

-- name: lock_agent
SELECT agent_id, account_id, call, highest_position, ledger_digest, seen_at, state, held_at, stock
FROM numbers.agent
WHERE agent_id = %s FOR UPDATE;

-- name: retire_agent
UPDATE numbers.agent SET state = 'retired' WHERE agent_id = %s;

-- name: claim_by_request
SELECT request_digest, claim_id, positions, account_id, reason, request_id, claimed_at, actor
FROM numbers.claim WHERE account_id = %s AND request_id = %s;

-- name: skipped_between
-- How many positions of a range the service skipped, for whatever reason.
SELECT coalesce(sum(upper(part) - lower(part)), 0)::bigint FROM (
    SELECT g.positions * int8range(%(start)s, %(stop)s) AS part
    FROM numbers.gap AS g JOIN numbers.space AS p USING (space)
    WHERE g.round = 1 AND g.positions && int8range(%(start)s, %(stop)s) AND p.name = %(space)s
) AS parts;

-- name: add_claim
INSERT INTO numbers.claim (
    claim_id, space, positions, account_id, request_id, request_digest, reason, actor, claimed_at
)
SELECT %s, space, int8range(%s, %s), %s, %s, %s, %s, %s, %s FROM numbers.space WHERE name = %s;

-- name: claim_holding
SELECT c.claim_id, c.positions, c.account_id, c.reason, c.request_id, c.claimed_at, c.actor
FROM numbers.claim AS c JOIN numbers.space AS p USING (space) WHERE c.positions @> %s::bigint AND p.name = %s;

-- name: claims_of_accounts
SELECT c.claim_id, c.positions, c.account_id, c.reason, c.request_id, c.claimed_at, c.actor
FROM numbers.claim AS c JOIN numbers.space AS p USING (space)
WHERE c.account_id = ANY(%s) AND p.name = %s ORDER BY c.claimed_at DESC LIMIT %s;
