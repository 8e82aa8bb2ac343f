-- The databank. Facts are only ever inserted; corrections are resolved when they are read (labbro.records.chains).
--
-- Every table has the patient's internal key first in its primary key, and no constraint reaches over patients: the
-- tables can be spread by patient_key over several nodes as they are. Keys are derived or made by the client; there are
-- no sequences. What belongs to no known patient has the nil key.

CREATE SCHEMA databank;

CREATE TABLE databank.patient (
    patient_key uuid NOT NULL,
    identifier text NOT NULL,
    identifier_kind text NOT NULL,
    scope text NOT NULL,                 -- whose identifier it is: empty for a national one, else the sender
    first_received_at timestamptz NOT NULL,
    PRIMARY KEY (patient_key)
);
-- A CPR is found by its key, which is derived from it; other identifiers may be several senders'.
CREATE INDEX patient_by_identifier ON databank.patient (identifier) WHERE identifier_kind = 'alternative';

CREATE TABLE databank.letter (
    patient_key uuid NOT NULL,
    letter_key uuid NOT NULL,            -- derived from sender_ean and letter_identifier, which name the letter
    sender_ean text NOT NULL,
    letter_identifier text NOT NULL,
    receiver_ean text NOT NULL,
    standard text NOT NULL,
    version text NOT NULL,
    syntax text NOT NULL,
    envelope_identifier text,
    received_at timestamptz NOT NULL,
    request_id text NOT NULL,
    source text NOT NULL,
    digest bytea NOT NULL,               -- SHA-256 of raw: tells a letter that is sent again unchanged
    findings json NOT NULL,
    raw bytea NOT NULL,                  -- the original bytes
    PRIMARY KEY (patient_key, letter_key)
);
-- Letters are long texts full of repetitions: lz4, where this PostgreSQL has it, packs them for a tenth of the time.
DO $$ BEGIN
    ALTER TABLE databank.letter ALTER COLUMN raw SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
CREATE INDEX letter_by_key ON databank.letter (letter_key);

CREATE TABLE databank.report (
    patient_key uuid NOT NULL,
    letter_key uuid NOT NULL,
    received_at timestamptz NOT NULL,
    authorised_at timestamp NOT NULL,    -- local Danish time, as in the letter
    kind text NOT NULL,
    body json NOT NULL,                  -- labbro.records.model.Report without its samples and results
    PRIMARY KEY (patient_key, letter_key)
);

CREATE TABLE databank.sample (
    patient_key uuid NOT NULL,
    letter_key uuid NOT NULL,
    ordinal integer NOT NULL,            -- index in the report, from 0
    laboratory_number text NOT NULL,
    requester_number text,
    sampled_at timestamp,
    body json NOT NULL,                  -- labbro.records.model.Sample
    PRIMARY KEY (patient_key, letter_key, ordinal)
);

CREATE TABLE databank.result (
    patient_key uuid NOT NULL,
    letter_key uuid NOT NULL,
    ordinal integer NOT NULL,            -- in the letter, from 1
    sample integer NOT NULL,             -- sample.ordinal
    analysis_code text NOT NULL,
    analysis_system text NOT NULL,
    analysis_responsible text NOT NULL,
    status text NOT NULL,
    body json NOT NULL,                  -- labbro.records.model.Result
    PRIMARY KEY (patient_key, letter_key, ordinal)
);

CREATE TABLE databank.receipt (
    patient_key uuid NOT NULL,           -- nil where the letter was refused before its patient was known
    receipt_key uuid NOT NULL,           -- derived from the original letter, its envelope and the answer
    positive boolean NOT NULL,
    sender_ean text NOT NULL,
    receiver_ean text NOT NULL,
    original_envelope text NOT NULL,
    original_letter text NOT NULL,
    version text NOT NULL,
    syntax text NOT NULL,
    created_at timestamptz NOT NULL,
    raw bytea NOT NULL,
    PRIMARY KEY (patient_key, receipt_key)
);
CREATE INDEX receipt_by_key ON databank.receipt (receipt_key);
CREATE INDEX receipt_by_receiver ON databank.receipt (receiver_ean, created_at, receipt_key);
CREATE INDEX receipt_by_time ON databank.receipt (created_at, receipt_key);

CREATE TABLE databank.refused_letter (
    patient_key uuid NOT NULL,           -- nil where the patient could not be known
    refused_key uuid NOT NULL,           -- derived from the bytes and the reason: the same letter again is one row
    sender_ean text,
    receiver_ean text,
    letter_identifier text,
    standard text,
    version_code text,
    syntax text,
    received_at timestamptz NOT NULL,
    request_id text NOT NULL,
    source text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    reason_da text NOT NULL,
    findings json NOT NULL,
    raw bytea NOT NULL,
    receipt_key uuid,
    PRIMARY KEY (patient_key, refused_key)
);
CREATE INDEX refused_letter_by_time ON databank.refused_letter (received_at);

CREATE TABLE databank.access_log (
    patient_key uuid NOT NULL,
    at timestamptz NOT NULL,
    entry_key uuid NOT NULL,
    actor text NOT NULL,
    actor_name text NOT NULL,
    organisation text,
    action text NOT NULL,
    letter_key uuid,
    purpose text,
    request_id text NOT NULL,
    PRIMARY KEY (patient_key, at, entry_key)
);
