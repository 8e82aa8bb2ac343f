-- name: begin_chain
INSERT INTO audit.head (chain, sequence, digest) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING;

-- name: lock_head
-- Whoever appends holds the chain's head until the end of the transaction: entries are bound one after the other.
SELECT sequence, digest FROM audit.head WHERE chain = %s FOR UPDATE;

-- name: add_entries
-- The entries come as JSON: one parameter is read much faster than many arrays. `detail` is text in it, kept to the letter.
WITH moved AS (
    UPDATE audit.head SET sequence = %s, digest = %s WHERE chain = %s RETURNING chain
)
INSERT INTO audit.entry (chain, sequence, at, actor, act, subject, detail, previous, digest)
SELECT moved.chain, sequence, %s, actor, act, subject, detail::json, decode(previous, 'hex'), decode(digest, 'hex')
FROM moved, json_to_recordset(%s::json) AS new (
    sequence bigint, actor text, act text, subject text, detail text, previous text, digest text
);

-- name: moved_heads
SELECT chain, sequence, digest FROM audit.head
WHERE sequence > coalesce((SELECT max(c.sequence) FROM audit.checkpoint AS c WHERE c.chain = head.chain), 0)
ORDER BY chain;

-- name: add_checkpoint
INSERT INTO audit.checkpoint (chain, sequence, at, digest, public_key, signature) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: checkpoints
SELECT chain, sequence, at, digest, public_key, signature FROM audit.checkpoint ORDER BY chain, sequence;

-- name: entries
SELECT chain, sequence, at, actor, act, subject, detail::text, previous, digest FROM audit.entry
ORDER BY chain, sequence;

-- name: heads
SELECT chain, sequence, digest FROM audit.head ORDER BY chain;

-- name: entries_of_subject
SELECT chain, sequence, at, actor, act, subject, detail::text, previous, digest FROM audit.entry
WHERE subject = %s ORDER BY chain, sequence;
