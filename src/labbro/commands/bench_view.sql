-- name: originals
-- The rows of the smaller databank, in the order in which they came in.
CREATE SCHEMA bench;
CREATE UNLOGGED TABLE bench.letter AS SELECT * FROM databank.letter;
CREATE UNLOGGED TABLE bench.report AS SELECT * FROM databank.report;
CREATE UNLOGGED TABLE bench.sample AS SELECT * FROM databank.sample;
CREATE UNLOGGED TABLE bench.result AS SELECT * FROM databank.result;
CREATE UNLOGGED TABLE bench.other (old uuid NOT NULL, new uuid NOT NULL, identifier text NOT NULL);
ANALYZE bench.letter, bench.report, bench.sample, bench.result;

-- name: drop_originals
DROP SCHEMA bench CASCADE;

-- name: in_order
-- Rows are read from the first to the last and kept so: a patient's letters lie apart, as they came.
SET LOCAL synchronize_seqscans = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL synchronous_commit = off;
SET LOCAL work_mem = '64MB';

-- name: no_others
TRUNCATE bench.other;

-- name: others
INSERT INTO bench.other SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[]);

-- name: again_patient
INSERT INTO databank.patient SELECT new, identifier, 'cpr', '', now() FROM bench.other;

-- name: again_letter
INSERT INTO databank.letter (
    patient_key, letter_key, sender_ean, letter_identifier, receiver_ean, standard, version, syntax,
    envelope_identifier, received_at, request_id, source, digest, findings, raw
)
SELECT new, md5(letter_key::text || %(turn)s)::uuid, sender_ean, letter_identifier || '-' || %(turn)s, receiver_ean,
    standard, version, syntax, envelope_identifier, received_at, request_id, source, digest, findings, raw
FROM bench.letter JOIN bench.other ON old = patient_key;

-- name: again_report
INSERT INTO databank.report (patient_key, letter_key, received_at, authorised_at, kind, body)
SELECT new, md5(letter_key::text || %(turn)s)::uuid, received_at, authorised_at, kind, body
FROM bench.report JOIN bench.other ON old = patient_key;

-- name: again_sample
INSERT INTO databank.sample (
    patient_key, letter_key, ordinal, laboratory_number, requester_number, sampled_at, body
)
SELECT new, md5(letter_key::text || %(turn)s)::uuid, ordinal, laboratory_number, requester_number || %(turn)s,
    sampled_at, body
FROM bench.sample JOIN bench.other ON old = patient_key;

-- name: again_result
INSERT INTO databank.result (
    patient_key, letter_key, ordinal, sample, analysis_code, analysis_system, analysis_responsible, status, body
)
SELECT new, md5(letter_key::text || %(turn)s)::uuid, ordinal, sample, analysis_code, analysis_system,
    analysis_responsible, status, body
FROM bench.result JOIN bench.other ON old = patient_key;

-- name: settle
VACUUM (ANALYZE) databank.patient, databank.letter, databank.report, databank.sample, databank.result;

-- name: patients
SELECT identifier, patient_key FROM databank.patient ORDER BY patient_key;

-- name: results
SELECT count(*) FROM databank.result;
