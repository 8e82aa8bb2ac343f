-- Requisitions beside reports, and how letters were delivered in transport envelopes. Inserted only, by patient, as all.

CREATE TABLE databank.requisition (
    patient_key uuid NOT NULL,
    letter_key uuid NOT NULL,
    received_at timestamptz NOT NULL,
    requested_at timestamp NOT NULL,     -- local Danish time, as in the letter
    kind text NOT NULL,
    body json NOT NULL,                  -- labbro.records.requisition.Requisition
    PRIMARY KEY (patient_key, letter_key)
);
-- Who asked may ask how far a requisition is answered, by the letter's name (databank.letter) alone.

CREATE TABLE databank.delivery (
    patient_key uuid NOT NULL,           -- nil where a refused letter's patient is not known
    delivery_key uuid NOT NULL,          -- derived from the envelope and what it delivered: sent again it is one row
    letter_key uuid NOT NULL,            -- the letter, or the refused letter
    envelope_identifier text NOT NULL,
    message_identifier text NOT NULL,
    sender text NOT NULL,
    receiver text NOT NULL,
    sent text NOT NULL,                  -- an xs:dateTime as sent
    received_at timestamptz NOT NULL,
    PRIMARY KEY (patient_key, delivery_key)
);
