-- name: head
SELECT max(version) FROM comparability.version;

-- name: lock_head
SELECT version FROM comparability.version WHERE version = 0 FOR UPDATE;

-- name: versions
SELECT version, recorded_at, proposed_by, released_by, note, proposal_id FROM comparability.version
WHERE version > 0 ORDER BY version DESC;

-- name: version
SELECT recorded_at FROM comparability.version WHERE version = %(version)s;

-- name: version_at
-- The version that was in force at a moment (0: none yet), and when the first came (null: never).
SELECT coalesce(max(version) FILTER (WHERE recorded_at <= %(moment)s), 0), min(recorded_at)
FROM comparability.version WHERE version > 0;

-- name: entries
SELECT kind, body::text FROM comparability.entry
WHERE recorded_version <= %(version)s AND (superseded_version IS NULL OR superseded_version > %(version)s)
ORDER BY kind, entry_id;

-- name: history
SELECT recorded_version, superseded_version, body::text FROM comparability.entry
WHERE kind = %(kind)s AND entry_id = %(entry_id)s ORDER BY recorded_version;

-- name: add_version
INSERT INTO comparability.version (version, recorded_at, proposal_id, proposed_by, released_by, note)
VALUES (%(version)s, %(recorded_at)s, %(proposal_id)s, %(proposed_by)s, %(released_by)s, %(note)s);

-- name: close_entry
UPDATE comparability.entry SET superseded_version = %(version)s
WHERE kind = %(kind)s AND entry_id = %(entry_id)s AND superseded_version IS NULL;

-- name: add_entry
INSERT INTO comparability.entry (kind, entry_id, recorded_version, body)
VALUES (%(kind)s, %(entry_id)s, %(version)s, %(body)s);

-- name: add_proposal
INSERT INTO comparability.proposal (proposal_id, request_id, request_digest, proposed_at, proposed_by, note, changes)
VALUES (%(proposal_id)s, %(request_id)s, %(request_digest)s, %(proposed_at)s, %(proposed_by)s, %(note)s, %(changes)s)
ON CONFLICT (request_id) DO NOTHING;

-- name: proposal_of_request
SELECT proposal_id, request_digest FROM comparability.proposal WHERE request_id = %(request_id)s;

-- name: proposal
SELECT proposal_id, proposed_at, proposed_by, note, changes::text, state, decided_at, decided_by, version
FROM comparability.proposal WHERE proposal_id = %(proposal_id)s;

-- name: lock_proposal
SELECT proposal_id, proposed_at, proposed_by, note, changes::text, state, decided_at, decided_by, version
FROM comparability.proposal WHERE proposal_id = %(proposal_id)s FOR UPDATE;

-- name: proposals
SELECT proposal_id, proposed_at, proposed_by, note, changes::text, state, decided_at, decided_by, version
FROM comparability.proposal ORDER BY proposed_at DESC, proposal_id LIMIT %(limit)s;

-- name: decide
UPDATE comparability.proposal
SET state = %(state)s, decided_at = %(decided_at)s, decided_by = %(decided_by)s, version = %(version)s
WHERE proposal_id = %(proposal_id)s;

-- name: add_shown
INSERT INTO comparability.shown (patient_key, shown_id, at, actor, version, filters)
VALUES (%(patient_key)s, %(shown_id)s, %(at)s, %(actor)s, %(version)s, %(filters)s);

-- name: shown_of
SELECT shown_id, at, actor, version, filters FROM comparability.shown
WHERE patient_key = %(patient_key)s ORDER BY shown_id DESC LIMIT %(limit)s;

-- name: shown
SELECT at, actor, version, filters FROM comparability.shown
WHERE patient_key = %(patient_key)s AND shown_id = %(shown_id)s;
