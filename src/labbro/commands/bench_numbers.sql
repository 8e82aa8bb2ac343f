-- name: make_raw
-- What a bare number service would be: a counter and a table of blocks, nothing checked, nothing audited.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.counter (id integer PRIMARY KEY, next_position bigint NOT NULL);
INSERT INTO bench.counter VALUES (1, 0);
CREATE TABLE bench.block (
    block_id uuid PRIMARY KEY, first_position bigint NOT NULL, count integer NOT NULL, drawn_at timestamptz NOT NULL
);

-- name: raw_transaction
BEGIN;
UPDATE bench.counter SET next_position = next_position + 1000 WHERE id = 1;
INSERT INTO bench.block
    SELECT gen_random_uuid(), next_position - 1000, 1000, now() FROM bench.counter WHERE id = 1;
COMMIT;

-- name: count_raw
SELECT count(*) FROM bench.block;
