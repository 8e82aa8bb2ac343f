-- name: drop_raw
DROP SCHEMA IF EXISTS raw CASCADE;

-- name: make_raw
-- The same columns, primary keys and indexes as the databank's.
CREATE SCHEMA raw;
CREATE TABLE raw.patient (LIKE databank.patient INCLUDING ALL);
CREATE TABLE raw.letter (LIKE databank.letter INCLUDING ALL);
CREATE TABLE raw.report (LIKE databank.report INCLUDING ALL);
CREATE TABLE raw.sample (LIKE databank.sample INCLUDING ALL);
CREATE TABLE raw.result (LIKE databank.result INCLUDING ALL);

-- name: empty_raw
TRUNCATE raw.patient, raw.letter, raw.report, raw.sample, raw.result;

-- name: empty_databank
TRUNCATE databank.patient, databank.letter, databank.report, databank.sample, databank.result, databank.receipt;

-- name: rows_of_patient
SELECT * FROM databank.patient;

-- name: rows_of_letter
SELECT patient_key, letter_key, sender_ean, letter_identifier, receiver_ean, standard, version, syntax,
    envelope_identifier, received_at, request_id, source, digest, findings::text, raw
FROM databank.letter ORDER BY letter_identifier;

-- name: rows_of_report
SELECT patient_key, letter_key, received_at, authorised_at, kind, body::text FROM databank.report;

-- name: rows_of_sample
SELECT patient_key, letter_key, ordinal, laboratory_number, requester_number, sampled_at, body::text
FROM databank.sample;

-- name: rows_of_result
SELECT patient_key, letter_key, ordinal, sample, analysis_code, analysis_system, analysis_responsible, status, body::text
FROM databank.result ORDER BY patient_key, letter_key, ordinal;

-- name: insert_patient
INSERT INTO raw.patient VALUES (%s, %s, %s, %s, %s);

-- name: insert_letter
INSERT INTO raw.letter VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: insert_report
INSERT INTO raw.report VALUES (%s, %s, %s, %s, %s, %s);

-- name: insert_sample
INSERT INTO raw.sample VALUES (%s, %s, %s, %s, %s, %s, %s);

-- name: insert_result
INSERT INTO raw.result VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: copy_patient
COPY raw.patient FROM STDIN;

-- name: copy_letter
COPY raw.letter FROM STDIN;

-- name: copy_report
COPY raw.report FROM STDIN;

-- name: copy_sample
COPY raw.sample FROM STDIN;

-- name: copy_result
COPY raw.result FROM STDIN;

-- name: settle
-- What autovacuum would have done by itself in a databank that was filled over years.
VACUUM (ANALYZE) databank.patient, databank.letter, databank.report, databank.sample, databank.result;

-- name: some_patients
SELECT identifier, patient_key FROM databank.patient ORDER BY patient_key;
