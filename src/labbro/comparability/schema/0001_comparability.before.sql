-- The registry of comparable methods. Bitemporal: the body of an entry says when it is valid, its rows say at which
-- version of the registry it was known. Rows are added and closed, never changed otherwise.

CREATE SCHEMA comparability;

CREATE TABLE comparability.version (
    version integer PRIMARY KEY CHECK (version >= 0),
    recorded_at timestamptz NOT NULL,
    proposal_id uuid,
    proposed_by text NOT NULL,
    released_by text NOT NULL,
    note text NOT NULL,
    CHECK (version = 0 OR proposed_by <> released_by)  -- two persons
);
INSERT INTO comparability.version VALUES (0, now(), NULL, '', '', '');

CREATE TABLE comparability.entry (
    kind text NOT NULL CHECK (kind IN ('measurand', 'procedure', 'group', 'assertion', 'conversion')),
    entry_id text NOT NULL,
    recorded_version integer NOT NULL REFERENCES comparability.version (version),
    superseded_version integer REFERENCES comparability.version (version),
    body json NOT NULL,                       -- the struct of labbro.comparability.model
    PRIMARY KEY (kind, entry_id, recorded_version),
    CHECK (superseded_version > recorded_version)
);
CREATE UNIQUE INDEX entry_current ON comparability.entry (kind, entry_id) WHERE superseded_version IS NULL;

CREATE TABLE comparability.proposal (
    proposal_id uuid PRIMARY KEY,
    request_id uuid NOT NULL UNIQUE,          -- made by the client; the same request is one proposal
    request_digest bytea NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    note text NOT NULL,
    changes json NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'refused')),
    decided_at timestamptz,
    decided_by text,
    version integer REFERENCES comparability.version (version)
);
CREATE INDEX proposal_open ON comparability.proposal (proposed_at) WHERE state = 'open';

-- What was shown to whom, by which version, so that a page can be shown again as it was.
CREATE TABLE comparability.shown (
    patient_key uuid NOT NULL,
    shown_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    version integer NOT NULL REFERENCES comparability.version (version),
    filters text NOT NULL,
    PRIMARY KEY (patient_key, shown_id)
);
