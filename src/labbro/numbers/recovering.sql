-- name: next_position
SELECT next_position FROM numbers.space WHERE name = %s;

-- name: all_series
SELECT s.series_id::text, s.round, lower(s.positions), upper(s.positions) - lower(s.positions), s.account_id::text,
    s.request_id::text
FROM numbers.series AS s JOIN numbers.space AS p USING (space) WHERE p.name = %s;

-- name: all_releases
SELECT r.series_id::text, r.round, lower(r.positions), upper(r.positions) - lower(r.positions)
FROM numbers.release AS r JOIN numbers.space AS p USING (space) WHERE p.name = %s;

-- name: all_gaps
SELECT g.gap_id::text, g.round, lower(g.positions), upper(g.positions) - lower(g.positions)
FROM numbers.gap AS g JOIN numbers.space AS p USING (space) WHERE p.name = %s;
