-- What clients say they hold of numbers that this database lost by a restore: it lies in gaps, and stays there.

CREATE TABLE numbers.claim (
    claim_id uuid NOT NULL PRIMARY KEY,
    space smallint NOT NULL,
    positions int8range NOT NULL CHECK (lower_inc(positions) AND NOT upper_inc(positions)),
    account_id uuid NOT NULL,
    request_id uuid NOT NULL,
    request_digest bytea NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    claimed_at timestamptz NOT NULL,
    UNIQUE (account_id, request_id),
    CONSTRAINT claim_never_twice EXCLUDE USING gist (positions WITH &&, int4range(space, space, '[]') WITH &&)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON numbers.claim
    FOR EACH STATEMENT EXECUTE FUNCTION numbers.refuse_change();
