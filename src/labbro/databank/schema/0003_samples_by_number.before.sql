-- A sample found by the number that its requester gave it, in Denmark mostly the national one: what became of it, told
-- to those who keep the numbers. Reads only times, kinds and places.

CREATE INDEX sample_by_requester_number ON databank.sample (requester_number) WHERE requester_number IS NOT NULL;
