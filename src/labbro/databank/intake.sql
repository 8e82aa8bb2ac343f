-- name: lock_letters
-- Two intakes of one letter wait for each other here, whichever patient they name. Sorted, so they cannot deadlock.
SELECT pg_advisory_xact_lock(1818321263, number) FROM unnest(%s::integer[]) AS number;

-- name: known_letters
SELECT letter_key, patient_key, digest FROM databank.letter WHERE letter_key = ANY(%s);

-- name: stored_raw
SELECT raw FROM databank.letter WHERE patient_key = %s AND letter_key = %s;

-- name: add_patients
-- Sorted by the caller, so that two intakes that bring the same new patients cannot deadlock.
INSERT INTO databank.patient (patient_key, identifier, identifier_kind, scope, first_received_at)
SELECT patient_key, identifier, identifier_kind, scope, %s
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS new (patient_key, identifier, identifier_kind, scope)
ON CONFLICT DO NOTHING;

-- name: copy_letters
COPY databank.letter (
    patient_key, letter_key, sender_ean, letter_identifier, receiver_ean, standard, version, syntax,
    envelope_identifier, received_at, request_id, source, digest, findings, raw
) FROM STDIN (FORMAT BINARY);

-- name: copy_reports
COPY databank.report (patient_key, letter_key, received_at, authorised_at, kind, body) FROM STDIN (FORMAT BINARY);

-- name: copy_requisitions
COPY databank.requisition (patient_key, letter_key, received_at, requested_at, kind, body) FROM STDIN (FORMAT BINARY);

-- name: add_delivery
INSERT INTO databank.delivery (
    patient_key, delivery_key, letter_key, envelope_identifier, message_identifier, sender, receiver, sent, received_at
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: copy_samples
COPY databank.sample (
    patient_key, letter_key, ordinal, laboratory_number, requester_number, sampled_at, body
) FROM STDIN (FORMAT BINARY);

-- name: copy_results
COPY databank.result (
    patient_key, letter_key, ordinal, sample, analysis_code, analysis_system, analysis_responsible, status, body
) FROM STDIN (FORMAT BINARY);

-- name: add_receipt
INSERT INTO databank.receipt (
    patient_key, receipt_key, positive, sender_ean, receiver_ean, original_envelope, original_letter, version, syntax,
    created_at, raw
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: add_refused
INSERT INTO databank.refused_letter (
    patient_key, refused_key, sender_ean, receiver_ean, letter_identifier, standard, version_code, syntax, received_at,
    request_id, source, code, reason, reason_da, findings, raw, receipt_key
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;
