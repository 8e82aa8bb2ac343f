-- A request is looked up by its id: an index that begins with the account loses, in plans made while the tables were
-- empty, to the other index that begins with it, and then every look-up reads all series of the account.
ALTER TABLE numbers.series
    DROP CONSTRAINT series_account_id_request_id_key,
    ADD CONSTRAINT series_answers_once UNIQUE (request_id, account_id);
ALTER TABLE numbers.release
    DROP CONSTRAINT release_account_id_request_id_key,
    ADD CONSTRAINT release_answers_once UNIQUE (request_id, account_id);
