-- name: any_patient
-- One known patient, to prove that the secret is still the one that made the keys.
SELECT patient_key, identifier_kind, scope, identifier FROM databank.patient WHERE identifier_kind <> 'unknown' LIMIT 1;

-- name: unsafe_settings
-- Settings under which PostgreSQL may forget, after a crash, what it said was committed.
SELECT name FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name;

-- name: patients_by_identifier
SELECT patient_key FROM databank.patient WHERE identifier_kind = 'alternative' AND identifier = %s ORDER BY patient_key;

-- name: patient
SELECT patient.identifier, patient.identifier_kind,
    (SELECT count(*) FROM databank.report WHERE report.patient_key = patient.patient_key),
    newest.authorised_at, newest.body::text, asked.body::text
FROM databank.patient
LEFT JOIN LATERAL (
    SELECT authorised_at, body FROM databank.report
    WHERE report.patient_key = patient.patient_key
    ORDER BY authorised_at DESC, letter_key LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT body FROM databank.requisition
    WHERE requisition.patient_key = patient.patient_key AND newest.body IS NULL
    ORDER BY requested_at DESC, letter_key LIMIT 1
) AS asked ON true
WHERE patient.patient_key = %s;

-- name: pages_at_once
-- A patient's letters lie far apart. Read along an index PostgreSQL waits for one page after the other; from a bitmap it
-- knows them all before and asks the disk for many at once. In memory both take the same time. Decision 0101.
SET LOCAL enable_indexscan = off;

-- name: history
-- All of a patient in one statement, so in one snapshot: a letter is seen whole or not at all. A row a letter, with its
-- samples and results as JSON lists in the order of the primary key. Without letters there is one row with nothing but
-- the patient. Requisitions follow, a row each, without the patient.
SELECT patient.identifier, patient.identifier_kind, report.letter_key, report.received_at, report.body::text,
    samples.bodies, results.bodies
FROM databank.patient
LEFT JOIN databank.report ON report.patient_key = patient.patient_key
LEFT JOIN (
    SELECT letter_key, '[' || string_agg(body::text, ',' ORDER BY ordinal) || ']' AS bodies
    FROM databank.sample WHERE patient_key = %(patient_key)s GROUP BY letter_key
) AS samples ON samples.letter_key = report.letter_key
LEFT JOIN (
    SELECT letter_key, '[' || string_agg(body::text, ',' ORDER BY ordinal) || ']' AS bodies
    FROM databank.result WHERE patient_key = %(patient_key)s GROUP BY letter_key
) AS results ON results.letter_key = report.letter_key
WHERE patient.patient_key = %(patient_key)s
UNION ALL
SELECT NULL, NULL, letter_key, received_at, body::text, NULL, NULL
FROM databank.requisition WHERE patient_key = %(patient_key)s;

-- name: letter
SELECT letter_key, patient_key, sender_ean, letter_identifier, receiver_ean, standard, version, syntax,
    envelope_identifier, received_at, source, digest, raw, findings::text
FROM databank.letter WHERE patient_key = %s AND letter_key = %s;

-- name: patient_of_letter
SELECT patient_key FROM databank.letter WHERE letter_key = %s;

-- name: requisition
-- The patient and the key of a requisition by its letter's name. The name's key is derived, so it is looked up by it.
SELECT letter.patient_key FROM databank.letter
JOIN databank.requisition USING (patient_key, letter_key) WHERE letter.letter_key = %s;

-- name: deliveries
SELECT envelope_identifier, message_identifier, sender, receiver, sent, received_at
FROM databank.delivery WHERE patient_key = %s AND letter_key = %s ORDER BY received_at, delivery_key;

-- name: receipt
SELECT receipt_key, positive, sender_ean, receiver_ean, original_envelope, original_letter, created_at, version, syntax,
    raw
FROM databank.receipt WHERE receipt_key = %s;

-- name: receipts_of_receiver
SELECT receipt_key, positive, sender_ean, receiver_ean, original_envelope, original_letter, created_at, version, syntax,
    raw
FROM databank.receipt WHERE receiver_ean = %(receiver_ean)s AND (created_at, receipt_key) > (%(since)s, %(after)s)
ORDER BY created_at, receipt_key LIMIT %(limit)s;

-- name: receipts
SELECT receipt_key, positive, sender_ean, receiver_ean, original_envelope, original_letter, created_at, version, syntax,
    raw
FROM databank.receipt WHERE (created_at, receipt_key) > (%(since)s, %(after)s)
ORDER BY created_at, receipt_key LIMIT %(limit)s;

-- name: refused_letters
SELECT refused_key, sender_ean, receiver_ean, letter_identifier, standard, version_code, syntax, received_at, source,
    code, reason, reason_da, raw, findings::text, receipt_key
FROM databank.refused_letter WHERE received_at >= %(since)s ORDER BY received_at, refused_key LIMIT %(limit)s;

-- name: add_access
INSERT INTO databank.access_log (
    patient_key, at, entry_key, actor, actor_name, organisation, action, letter_key, purpose, request_id
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: access_log
SELECT patient_key, at, actor, actor_name, action, request_id, organisation, letter_key, purpose
FROM databank.access_log WHERE patient_key = %s ORDER BY at DESC, entry_key LIMIT %s;

-- name: samples_by_number
-- What letters say of samples that carry a requester's number; of the letter only its sender and its kind.
SELECT sample.sampled_at, sample.body ->> 'received_at', report.authorised_at, report.received_at, letter.sender_ean,
    letter.standard
FROM databank.sample
JOIN databank.report USING (patient_key, letter_key)
JOIN databank.letter USING (patient_key, letter_key)
WHERE sample.requester_number = %s LIMIT %s;
