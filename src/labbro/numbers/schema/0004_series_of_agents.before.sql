-- Which stock agent asked for a series: where its disk was cloned or restored, two may have handed out the same numbers, and
-- those never come back, whoever releases them.

ALTER TABLE numbers.series ADD COLUMN agent_id uuid;
