-- The number service. What was issued, released or skipped is only ever inserted; nothing is changed or removed.
--
-- A position is the ordinal of an existing number (labbro.numbers.space). The row of a space is the only counter: no
-- database sequence, because those run ahead of a rollback and fall back at a failover. A range is int8range [from, to).

CREATE SCHEMA numbers;

CREATE TABLE numbers.space (
    space smallint NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    definition json NOT NULL,            -- labbro.numbers.space.Space; fixed once something was issued
    capacity bigint NOT NULL CHECK (capacity > 0),
    next_position bigint NOT NULL CHECK (next_position BETWEEN 0 AND capacity),
    version bigint NOT NULL,             -- raised by one in each transaction that issues, further by a jump
    token uuid NOT NULL                  -- made anew in each of them: names this very history, for the high-water mark
);

CREATE TABLE numbers.series (
    series_id uuid NOT NULL PRIMARY KEY,
    space smallint NOT NULL,
    round smallint NOT NULL CHECK (round >= 1),  -- 1, and one more each time that released numbers came back
    positions int8range NOT NULL CHECK (lower(positions) >= 0 AND lower_inc(positions) AND NOT upper_inc(positions)),
    account_id uuid NOT NULL,
    laboratory_id uuid,
    vendor_id uuid,
    system_id uuid,
    credential_id uuid,
    person_id uuid,
    actor text NOT NULL,
    manual boolean NOT NULL,
    request_id uuid NOT NULL,
    request_digest bytea NOT NULL,       -- SHA-256 of what was asked for
    release_id uuid,                     -- whose rested numbers these are; null in the first round
    version bigint NOT NULL,             -- the space's, after this was issued
    drawn_at timestamptz NOT NULL,
    UNIQUE (account_id, request_id),
    CHECK ((round = 1) = (release_id IS NULL)),
    -- No number twice in a round: the database itself refuses. (Ranges stand for equality, which gist lacks.)
    CONSTRAINT series_never_overlap EXCLUDE USING gist (
        positions WITH &&, int4range(space, space, '[]') WITH &&, int4range(round, round, '[]') WITH &&
    )
);
CREATE INDEX series_of_account ON numbers.series (account_id, space, lower(positions));
CREATE INDEX series_by_time ON numbers.series (drawn_at);

CREATE TABLE numbers.release (
    release_id uuid NOT NULL PRIMARY KEY,
    series_id uuid NOT NULL REFERENCES numbers.series,
    space smallint NOT NULL,
    round smallint NOT NULL,
    positions int8range NOT NULL CHECK (lower_inc(positions) AND NOT upper_inc(positions)),
    account_id uuid NOT NULL,
    request_id uuid NOT NULL,
    request_digest bytea NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    released_at timestamptz NOT NULL,
    UNIQUE (account_id, request_id),
    CONSTRAINT release_never_twice EXCLUDE USING gist (
        positions WITH &&, int4range(space, space, '[]') WITH &&, int4range(round, round, '[]') WITH &&
    )
);
CREATE INDEX release_of_series ON numbers.release (series_id);
CREATE INDEX release_by_time ON numbers.release (released_at);

-- Every position below next_position that is in no series is in one of these, with the reason.
CREATE TABLE numbers.gap (
    gap_id uuid NOT NULL PRIMARY KEY,
    space smallint NOT NULL,
    round smallint NOT NULL,
    positions int8range NOT NULL CHECK (lower_inc(positions) AND NOT upper_inc(positions)),
    release_id uuid,                     -- rested numbers that will not come back
    reason text NOT NULL CHECK (reason IN ('in-doubt', 'jump', 'withdrawn')),
    note text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT gap_never_overlap EXCLUDE USING gist (
        positions WITH &&, int4range(space, space, '[]') WITH &&, int4range(round, round, '[]') WITH &&
    )
);

CREATE TABLE numbers.drawn_day (
    account_id uuid NOT NULL,
    space smallint NOT NULL,
    day date NOT NULL,                   -- in Denmark
    numbers bigint NOT NULL,
    series bigint NOT NULL,
    PRIMARY KEY (account_id, space, day)
);
CREATE INDEX drawn_day_by_day ON numbers.drawn_day (space, day);

CREATE TABLE numbers.approval (
    approval_id uuid NOT NULL PRIMARY KEY,
    account_id uuid NOT NULL,
    laboratory_id uuid,
    vendor_id uuid,
    space smallint NOT NULL,
    count bigint NOT NULL,
    request_id uuid NOT NULL,
    request_digest bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by text NOT NULL,
    decision text NOT NULL DEFAULT 'waiting' CHECK (decision IN ('waiting', 'approved', 'refused')),
    decided_at timestamptz,
    decided_by text,
    UNIQUE (account_id, request_id)
);

CREATE TABLE numbers.agent (
    agent_id uuid NOT NULL PRIMARY KEY,
    account_id uuid NOT NULL,
    call bigint NOT NULL,
    nonce text NOT NULL,                 -- given with the last answer, wanted in the next statement
    previous_nonce text,                 -- wanted where the last answer was lost and its request is repeated
    last_request_id uuid NOT NULL,
    highest_position bigint,
    ledger_digest text,
    seen_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'held', 'retired')),
    held_at timestamptz
);
CREATE INDEX agent_of_account ON numbers.agent (account_id);

CREATE FUNCTION numbers.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON numbers.series
    FOR EACH STATEMENT EXECUTE FUNCTION numbers.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON numbers.release
    FOR EACH STATEMENT EXECUTE FUNCTION numbers.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON numbers.gap
    FOR EACH STATEMENT EXECUTE FUNCTION numbers.refuse_change();
