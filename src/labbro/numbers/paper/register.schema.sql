-- What a laboratory keeps of its printed forms and pre-printed tubes. SQLite, STRICT; instants are ISO 8601 in UTC.
-- The only file of the numbers room that names patients: it never leaves the laboratory.

CREATE TABLE batch (
    batch_id   TEXT PRIMARY KEY,
    layout     TEXT NOT NULL,
    printed_at TEXT NOT NULL,
    forms      TEXT NOT NULL               -- JSON of labbro.numbers.paper.forms.PrintedForm
) STRICT;

CREATE TABLE form_number (
    number   TEXT PRIMARY KEY,             -- a number stands on one form, ever
    batch_id TEXT NOT NULL REFERENCES batch (batch_id)
) STRICT;

CREATE TABLE form_return (
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    number   TEXT NOT NULL,                -- as scanned; may be none of the batch's
    times    INTEGER NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (batch_id, number)
) STRICT;

CREATE TABLE tube_rule (
    gtin           TEXT PRIMARY KEY,
    serial_pattern TEXT NOT NULL
) STRICT;

CREATE TABLE roll (
    roll_id     TEXT PRIMARY KEY,
    gtin        TEXT NOT NULL,
    made_for    TEXT NOT NULL,             -- the tube maker
    ordered_at  TEXT NOT NULL,
    received_at TEXT,
    withdrawn_at TEXT,
    withdrawn_why TEXT,
    count       INTEGER NOT NULL
) STRICT;

CREATE TABLE tube (
    number  TEXT PRIMARY KEY,
    roll_id TEXT NOT NULL REFERENCES roll (roll_id)
) STRICT;
CREATE INDEX tube_of_roll ON tube (roll_id);

CREATE TABLE binding (
    number      TEXT PRIMARY KEY REFERENCES tube (number),  -- a tube is bound once, ever
    patient     TEXT NOT NULL,
    requisition TEXT NOT NULL,
    bound_at    TEXT NOT NULL,
    bound_by    TEXT NOT NULL
) STRICT;
CREATE INDEX binding_of_requisition ON binding (requisition);

CREATE TRIGGER binding_kept BEFORE UPDATE ON binding
BEGIN
    SELECT RAISE(ABORT, 'a binding is never changed');
END;
CREATE TRIGGER binding_stays BEFORE DELETE ON binding
BEGIN
    SELECT RAISE(ABORT, 'a binding is never deleted');
END;
