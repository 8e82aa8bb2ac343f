-- name: size
SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = 'databank.result'::regclass;

-- name: counts
-- Ways in which results came, by month of sampling; no patients. `percent` of the pages are read, all of them at 100.
SELECT result.analysis_code, result.analysis_system, result.analysis_responsible,
       coalesce(max(result.body->'analysis'->>'short_name'), ''),
       result.body->'producer'->>'code', result.body->>'unit',
       date_trunc('month', sample.sampled_at)::date, count(*)
FROM databank.result TABLESAMPLE SYSTEM (%(percent)s)
JOIN databank.sample ON sample.patient_key = result.patient_key AND sample.letter_key = result.letter_key
    AND sample.ordinal = result.sample
WHERE result.status <> 'received' AND sample.sampled_at IS NOT NULL
GROUP BY 1, 2, 3, 5, 6, 7;
