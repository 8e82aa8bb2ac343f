-- name: add_agent
INSERT INTO agent (one, agent_id, previous_agent_id, made_at, space, yearly, machine, device, inode, boot)
VALUES (1, :agent_id, NULL, :at, :space, :yearly, :machine, :device, :inode, :boot);

-- name: agent
SELECT agent_id, previous_agent_id, made_at, space, yearly, machine, device, inode, boot, calls, nonce FROM agent;

-- name: move_agent
UPDATE agent SET machine = :machine, device = :device, inode = :inode, boot = :boot;

-- name: adopt_agent
UPDATE agent SET previous_agent_id = agent_id, agent_id = :agent_id, made_at = :at, nonce = NULL, calls = 0;

-- name: set_yearly
UPDATE agent SET yearly = ?;

-- name: set_nonce
UPDATE agent SET nonce = ?, calls = calls + 1;

-- name: add_head
INSERT INTO head (one, ordinal, digest) VALUES (1, 0, ?);

-- name: head
SELECT ordinal, digest FROM head;

-- name: move_head
UPDATE head SET ordinal = ?, digest = ? WHERE ordinal = ?;

-- name: usable_series
SELECT ordinal, next, past FROM series WHERE state = 'held' AND next < past ORDER BY ordinal LIMIT 1;

-- name: usable_series_again
SELECT ordinal, next, past FROM series WHERE state = 'held' AND next < past AND ordinal > ? ORDER BY ordinal LIMIT 1;

-- name: left
SELECT coalesce(sum(past - next) FILTER (WHERE state = 'held'), 0), coalesce(sum(past - next), 0)
FROM series WHERE state <> 'void' AND next < past;

-- name: confirm_series
UPDATE series SET state = 'held' WHERE state = 'drawn';

-- name: highest_past
SELECT max(past) - 1 FROM series;

-- name: move_series
UPDATE series SET next = ? WHERE ordinal = ? AND next = ?;

-- name: add_series
INSERT INTO series (series_id, request_id, space, round, first, past, next, drawn_at)
VALUES (:series_id, :request_id, :space, :round, :first, :past, :first, :drawn_at);

-- name: series_by_id
SELECT first, past, round FROM series WHERE series_id = ?;

-- name: all_series
SELECT ordinal, series_id, request_id, round, first, past, next, state, drawn_at, void_at, void_why
FROM series ORDER BY ordinal;

-- name: void_series
UPDATE series SET state = 'void', void_at = :at, void_why = :why WHERE state <> 'void' AND next < past;

-- name: add_hand_out
INSERT INTO hand_out (ordinal, series, first, past, at, part, parts, request_id, purpose, digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: hand_outs_of_request
SELECT ordinal, series, first, past, at, part, parts, request_id, purpose FROM hand_out
WHERE request_id = ? ORDER BY part;

-- name: hand_outs
SELECT ordinal, series, first, past, at, part, parts, request_id, purpose, digest FROM hand_out
WHERE ordinal > ? ORDER BY ordinal LIMIT ?;

-- name: hand_out_at
SELECT ordinal, series, first, past, at, part, parts, request_id, purpose, digest FROM hand_out WHERE ordinal = ?;

-- name: hand_out_of_position
SELECT h.ordinal, h.series, h.first, h.past, h.at, h.part, h.parts, h.request_id, h.purpose
FROM hand_out AS h JOIN series AS s ON s.ordinal = h.series
WHERE s.first <= :position AND :position < s.past AND h.first <= :position AND :position < h.past
ORDER BY h.ordinal DESC LIMIT 1;

-- name: doubt
INSERT INTO in_doubt (ordinal) VALUES (?);

-- name: trust
DELETE FROM in_doubt WHERE ordinal = ?;

-- name: in_doubt
SELECT h.ordinal, h.series, h.first, h.past, h.at, h.part, h.parts, h.request_id, h.purpose
FROM in_doubt AS d JOIN hand_out AS h ON h.ordinal = d.ordinal ORDER BY h.ordinal;

-- name: settle
INSERT INTO settled (ordinal, fate, at) VALUES (?, ?, ?);

-- name: settled
SELECT ordinal, fate, at FROM settled ORDER BY ordinal;

-- name: consume_hour
INSERT INTO consumed_hour (hour, count) VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET count = count + excluded.count;

-- name: consume_day
INSERT INTO consumed_day (day, count) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET count = count + excluded.count;

-- name: consumed_days
SELECT day, count FROM consumed_day WHERE day >= ? ORDER BY day;

-- name: consumed_hours
SELECT hour, count FROM consumed_hour WHERE hour >= ? ORDER BY hour;

-- name: add_request
INSERT INTO request (request_id, kind, count, why, made_at, retry_at) VALUES (?, ?, ?, ?, ?, ?);

-- name: open_requests
SELECT request_id, kind, count, why, made_at, state, attempts, doubtful, retry_at, code, ended_at FROM request
WHERE state = 'open' ORDER BY ordinal;

-- name: requests
SELECT request_id, kind, count, why, made_at, state, attempts, doubtful, retry_at, code, ended_at FROM request
ORDER BY ordinal DESC LIMIT ?;

-- name: try_request
UPDATE request SET attempts = attempts + 1, doubtful = 1 WHERE request_id = ? AND state = 'open';

-- name: put_off_request
UPDATE request SET retry_at = ?, code = ?, doubtful = ? WHERE request_id = ? AND state = 'open';

-- name: end_request
UPDATE request SET state = ?, code = ?, ended_at = ?, doubtful = 0 WHERE request_id = ? AND state = 'open';

-- name: abandon_requests
UPDATE request SET state = 'abandoned', ended_at = ? WHERE state = 'open';

-- name: add_call
INSERT INTO call (at, act, count, outcome, milliseconds) VALUES (?, ?, ?, ?, ?);

-- name: forget_calls
DELETE FROM call WHERE ordinal <= (SELECT max(ordinal) FROM call) - ?;

-- name: calls
SELECT at, act, count, outcome, milliseconds FROM call ORDER BY ordinal DESC LIMIT ?;

-- name: note
SELECT value FROM note WHERE name = ?;

-- name: forget_notes
DELETE FROM note WHERE name <> 'chain' AND name NOT LIKE 'alarm:%';

-- name: set_note
INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: cursors_beyond_hand_outs
SELECT s.ordinal FROM series AS s
WHERE s.next <> coalesce((SELECT h.past FROM hand_out AS h WHERE h.series = s.ordinal ORDER BY h.first DESC LIMIT 1), s.first);

-- name: overlapping_series
SELECT ordinal FROM series WHERE space = :space AND round = :round AND first < :past AND :first < past;

-- name: any_series
SELECT 1 FROM series WHERE state <> 'void' LIMIT 1;
