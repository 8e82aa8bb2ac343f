-- name: begin
INSERT INTO portal.session (session_id, actor, actor_name, organisation, way, signed_in_at, seen_at)
VALUES (%(session_id)s, %(actor)s, %(actor_name)s, %(organisation)s, %(way)s, %(now)s, %(now)s);

-- name: find
SELECT actor, actor_name, organisation, way, signed_in_at, seen_at
FROM portal.session
WHERE session_id = %(session_id)s AND ended_at IS NULL
  AND seen_at > %(idle_since)s AND signed_in_at > %(signed_in_since)s;

-- name: touch
UPDATE portal.session SET seen_at = %(now)s
WHERE session_id = %(session_id)s AND ended_at IS NULL AND seen_at < %(now)s;

-- name: finish
UPDATE portal.session SET ended_at = %(now)s
WHERE session_id = %(session_id)s AND ended_at IS NULL;

-- name: forget_sessions
DELETE FROM portal.session WHERE signed_in_at < %(before)s;

-- name: forget_look_ups
DELETE FROM portal.look_up WHERE at < %(before)s;

-- name: one_at_a_time
SELECT pg_advisory_xact_lock(hashtextextended('portal.look_up/' || %(actor)s, 0));

-- name: count_look_ups
SELECT count(*) FROM portal.look_up WHERE actor = %(actor)s AND at > %(since)s;

-- name: note_look_up
INSERT INTO portal.look_up (actor, at, look_up_id) VALUES (%(actor)s, %(now)s, %(look_up_id)s);
