-- name: claim
-- Takes what is due, so that no other process takes it before `lease_until`; then it may be tried again.
UPDATE members.mail SET attempts = attempts + 1, next_at = %(lease_until)s
WHERE mail_id IN (
    SELECT mail_id FROM members.mail WHERE state = 'waiting' AND next_at <= %(now)s
    ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING mail_id, recipient, subject, body, attempts, made_at, occasion;

-- name: settle
UPDATE members.mail SET state = %(state)s, told_at = %(now)s, answer = %(answer)s
WHERE mail_id = %(mail_id)s AND state = 'waiting';

-- name: put_off
UPDATE members.mail SET next_at = %(next_at)s, answer = %(answer)s WHERE mail_id = %(mail_id)s AND state = 'waiting';

-- name: list
SELECT mail_id, occasion, recipient, subject, state, attempts, made_at, told_at, answer
FROM members.mail WHERE %(occasion)s::text IS NULL OR occasion = %(occasion)s
ORDER BY made_at DESC, mail_id DESC LIMIT %(most)s;

-- name: refusing
-- Mailboxes whose newest settled mail did not arrive.
SELECT recipient FROM (
    SELECT DISTINCT ON (recipient) recipient, state FROM members.mail
    WHERE state IN ('sent', 'refused') ORDER BY recipient, told_at DESC) AS newest
WHERE state = 'refused';
