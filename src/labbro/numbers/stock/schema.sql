-- The file of one stock agent. SQLite, STRICT tables; positions are ordinals of existing numbers (labbro.numbers.space),
-- [first, past) with `past` excluded; instants are Unix milliseconds. No column holds anything about a patient.

CREATE TABLE agent (
    one                INTEGER PRIMARY KEY CHECK (one = 1),
    agent_id           TEXT NOT NULL,
    previous_agent_id  TEXT,                -- whose history was adopted
    made_at            INTEGER NOT NULL,
    space              TEXT NOT NULL,       -- JSON of the space's definition
    yearly             INTEGER CHECK (yearly > 0),  -- numbers a year, stated for the cold start
    machine            TEXT NOT NULL,       -- fingerprint of the machine that the file belongs to
    device             INTEGER NOT NULL,
    inode              INTEGER NOT NULL,
    boot               TEXT NOT NULL,
    calls              INTEGER NOT NULL DEFAULT 0,  -- calls that the service answered
    nonce              TEXT                 -- what the service gave last
) STRICT;

-- The last hand-out: its ordinal and the digest of the chain up to it. Written in the transaction of the hand-out.
CREATE TABLE head (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    ordinal INTEGER NOT NULL,
    digest  BLOB NOT NULL
) STRICT;

CREATE TABLE series (
    ordinal    INTEGER PRIMARY KEY,
    series_id  TEXT NOT NULL UNIQUE,
    request_id TEXT,
    space      TEXT NOT NULL,
    round      INTEGER NOT NULL,
    first      INTEGER NOT NULL CHECK (first >= 0),
    past       INTEGER NOT NULL CHECK (past > first),
    next       INTEGER NOT NULL CHECK (next BETWEEN first AND past),
    state      TEXT NOT NULL DEFAULT 'drawn' CHECK (state IN ('drawn', 'held', 'void')),  -- held: confirmed, in use
    drawn_at   INTEGER NOT NULL,
    void_at    INTEGER,
    void_why   TEXT
) STRICT;
CREATE INDEX series_usable ON series (ordinal) WHERE state = 'held' AND next < past;

CREATE TRIGGER series_overlap BEFORE INSERT ON series
WHEN EXISTS (
    SELECT 1 FROM series AS held
    WHERE held.space = NEW.space AND held.round = NEW.round AND held.first < NEW.past AND NEW.first < held.past
)
BEGIN
    SELECT RAISE(ABORT, 'series overlaps one that is held');
END;

CREATE TRIGGER series_forward BEFORE UPDATE ON series
WHEN NEW.next < OLD.next OR NEW.first <> OLD.first OR NEW.past <> OLD.past OR (OLD.state = 'void' AND NEW.state <> 'void')
  OR (NEW.next > OLD.next AND NEW.state <> 'held')
BEGIN
    SELECT RAISE(ABORT, 'a series only goes forward');
END;

-- One row a contiguous range that was handed out. A hand-out that crosses two series is two rows with one `part` each.
CREATE TABLE hand_out (
    ordinal    INTEGER PRIMARY KEY,
    series     INTEGER NOT NULL REFERENCES series (ordinal),
    first      INTEGER NOT NULL,
    past       INTEGER NOT NULL CHECK (past > first),
    at         INTEGER NOT NULL,
    part       INTEGER NOT NULL DEFAULT 0,
    parts      INTEGER NOT NULL DEFAULT 1,
    request_id TEXT,
    purpose    TEXT,
    digest     BLOB NOT NULL
) STRICT;
CREATE INDEX hand_out_range ON hand_out (series, first);
CREATE UNIQUE INDEX hand_out_request ON hand_out (request_id, part) WHERE request_id IS NOT NULL;

CREATE TRIGGER hand_out_twice BEFORE INSERT ON hand_out
WHEN NEW.first < (SELECT past FROM hand_out WHERE series = NEW.series ORDER BY first DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'number was handed out before');
END;
CREATE TRIGGER hand_out_kept BEFORE UPDATE ON hand_out
BEGIN
    SELECT RAISE(ABORT, 'a hand-out is never changed');
END;
CREATE TRIGGER hand_out_stays BEFORE DELETE ON hand_out
BEGIN
    SELECT RAISE(ABORT, 'a hand-out is never deleted');
END;

-- Hand-outs that are durable and of which it is not known that the answer reached the caller.
CREATE TABLE in_doubt (ordinal INTEGER PRIMARY KEY REFERENCES hand_out (ordinal)) STRICT;

-- What a person found out about a hand-out that was in doubt. A void number is never handed out again.
CREATE TABLE settled (
    ordinal INTEGER PRIMARY KEY REFERENCES hand_out (ordinal),
    fate    TEXT NOT NULL CHECK (fate IN ('used', 'void')),
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE consumed_hour (hour INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;  -- hours since 1970, UTC
CREATE TABLE consumed_day (day INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;    -- proleptic ordinal, Danish day

-- What is asked of the service, stored before it is sent. `doubtful`: an attempt was begun and its outcome is not known,
-- so nothing else may be sent before this one is answered.
CREATE TABLE request (
    ordinal    INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('draw', 'attend')),
    count      INTEGER NOT NULL CHECK (count >= 0),
    why        TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    state      TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'refused', 'abandoned')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    doubtful   INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),
    retry_at   INTEGER NOT NULL,
    code       TEXT,           -- of the last problem
    ended_at   INTEGER
) STRICT;
CREATE INDEX request_open ON request (ordinal) WHERE state = 'open';

-- The last calls to the service, for people; old rows are removed.
CREATE TABLE call (
    ordinal INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    act     TEXT NOT NULL,
    count   INTEGER,
    outcome TEXT NOT NULL,
    milliseconds INTEGER NOT NULL
) STRICT;

-- Small facts that outlive a process: slot of the last draw, level of the last warning.
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
