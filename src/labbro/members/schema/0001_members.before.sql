-- Who takes part in the number service. Rows are never deleted: what ends gets a time.
--
-- Every change of these tables raises members.state.version in the same transaction, so that each process sees at the
-- next look that its copy is old. Changes are thereby done one after another; there are few.

CREATE SCHEMA members;

CREATE TABLE members.state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
);
INSERT INTO members.state (version) VALUES (1);

CREATE TABLE members.request (
    request_id uuid PRIMARY KEY,         -- made by the client, before it sent the change
    actor text NOT NULL,
    act text NOT NULL,
    digest bytea NOT NULL,               -- SHA-256 of actor and act: the same request again, or another under its id
    result json NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE members.vendor (
    vendor_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    connected_at timestamptz NOT NULL
);

CREATE TABLE members.laboratory (
    laboratory_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    name text NOT NULL UNIQUE,
    formats text[] NOT NULL,
    connected_at timestamptz NOT NULL,
    gln text,
    sor text,
    shak text,
    provider_number text
);

CREATE TABLE members.account (
    account_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    laboratory_id uuid REFERENCES members.laboratory,   -- null: the vendor's own
    department text NOT NULL,
    mailbox text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    largest_series bigint NOT NULL CHECK (largest_series > 0),
    numbers_a_day bigint NOT NULL CHECK (numbers_a_day > 0),
    plan_a_fortnight bigint NOT NULL CHECK (plan_a_fortnight > 0),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

CREATE TABLE members.product (
    product_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    name text NOT NULL,
    UNIQUE (vendor_id, name)
);

CREATE TABLE members.system_version (
    system_id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES members.product,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    version text NOT NULL,
    UNIQUE (product_id, version)
);

CREATE TABLE members.certificate (
    certificate_id uuid PRIMARY KEY,
    system_id uuid NOT NULL REFERENCES members.system_version,
    formats text[] NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    withdrawn_on date,
    CHECK (valid_from <= valid_to)
);

CREATE TABLE members.installation (
    installation_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES members.account,
    system_id uuid NOT NULL REFERENCES members.system_version,
    name text NOT NULL,
    ended_at timestamptz
);

CREATE TABLE members.credential (
    credential_id uuid PRIMARY KEY,
    installation_id uuid NOT NULL REFERENCES members.installation,
    kind text NOT NULL CHECK (kind IN ('key', 'tls')),
    key_id text NOT NULL,
    thumbprint text NOT NULL UNIQUE,     -- one key, one installation, once and for all
    jwk text,                            -- the public key only
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    revoked_at timestamptz,
    UNIQUE (installation_id, key_id),
    CHECK (valid_from < valid_to),
    CHECK ((kind = 'key') = (jwk IS NOT NULL))
);

CREATE TABLE members.person (
    person_id uuid PRIMARY KEY,
    issuer text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('operator', 'vendor', 'laboratory')),
    vendor_id uuid REFERENCES members.vendor,
    laboratory_id uuid REFERENCES members.laboratory,
    ended_at timestamptz,
    CHECK ((role = 'operator') = (vendor_id IS NULL)),
    CHECK ((role = 'laboratory') = (laboratory_id IS NOT NULL))
);
CREATE UNIQUE INDEX person_by_sign_in ON members.person (issuer, subject) WHERE ended_at IS NULL;

CREATE TABLE members.contact (
    contact_id uuid PRIMARY KEY,
    vendor_id uuid REFERENCES members.vendor,           -- both null: the operator
    laboratory_id uuid REFERENCES members.laboratory,
    purpose text NOT NULL CHECK (purpose IN ('support', 'operations', 'agreement', 'security')),
    name text NOT NULL,
    mailbox text NOT NULL,
    telephone text NOT NULL,
    confirmed_at timestamptz NOT NULL,
    removed_at timestamptz,
    CHECK (laboratory_id IS NULL OR vendor_id IS NOT NULL)
);

CREATE TABLE members.manual_permission (
    permission_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    laboratory_id uuid REFERENCES members.laboratory,
    until date NOT NULL,
    UNIQUE NULLS NOT DISTINCT (vendor_id, laboratory_id)
);

CREATE TABLE members.notice (
    notice_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('planned', 'incident', 'change')),
    title_da text NOT NULL,
    title_en text NOT NULL,
    text_da text NOT NULL,
    text_en text NOT NULL,
    purposes text[] NOT NULL,
    vendor_ids uuid[] NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CHECK (starts_at < ends_at)
);

CREATE TABLE members.escalation (
    escalation_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES members.vendor,
    laboratory_id uuid REFERENCES members.laboratory,
    subject text NOT NULL,
    text text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    opened_at timestamptz NOT NULL,
    answer text,
    answered_at timestamptz
);

-- What the vendor's installation looked like when the escalation was opened. Holds no patient.
CREATE TABLE members.diagnostics (
    escalation_id uuid PRIMARY KEY REFERENCES members.escalation,
    content json NOT NULL
);

-- Signed assertions that were shown once for a token and may not be shown again.
CREATE TABLE members.assertion (
    installation_id uuid NOT NULL,
    assertion_id text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (installation_id, assertion_id)
);
CREATE INDEX assertion_by_time ON members.assertion (expires_at);

-- Calls over plain HTTP in the transition period. The nil laboratory: nobody was recognised.
CREATE TABLE members.plain_call (
    laboratory_id uuid NOT NULL,
    day date NOT NULL,
    calls bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (laboratory_id, day)
);

-- Mail that is to be sent: one row a recipient and occasion, made in the transaction of what it tells.
CREATE TABLE members.mail (
    mail_id uuid PRIMARY KEY,
    occasion text NOT NULL,              -- notice:<id>, contact:<request id>, escalation:<id>
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'given-up')),
    attempts integer NOT NULL,
    made_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    told_at timestamptz,                 -- when it was sent, refused or given up
    answer text,                         -- the mail server's last answer: a code, no address
    UNIQUE (occasion, recipient)
);
CREATE INDEX mail_waiting ON members.mail (next_at) WHERE state = 'waiting';
