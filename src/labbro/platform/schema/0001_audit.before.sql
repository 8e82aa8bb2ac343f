-- The audit: every act of a chain, each row bound to the one before it by its digest (labbro.platform.audit).
-- Rows are only ever inserted. The triggers stop a slip of the hand; the digests and signatures tell of anything else.

CREATE SCHEMA audit;

CREATE TABLE audit.head (
    chain text NOT NULL PRIMARY KEY,
    sequence bigint NOT NULL,            -- of the newest entry; 0 before the first
    digest bytea NOT NULL                -- of the newest entry; 32 zero bytes before the first
);

CREATE TABLE audit.entry (
    chain text NOT NULL,
    sequence bigint NOT NULL,            -- from 1, without gaps
    at timestamptz NOT NULL,
    actor text NOT NULL,                 -- who: never a personal name
    act text NOT NULL,
    subject text NOT NULL,
    detail json NOT NULL,                -- json, not jsonb: its text is part of the digest
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (chain, sequence)
);
CREATE INDEX entry_by_subject ON audit.entry (subject, chain, sequence);

CREATE TABLE audit.checkpoint (
    chain text NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    digest bytea NOT NULL,               -- of the entry of that sequence
    public_key text NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (chain, sequence)
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
