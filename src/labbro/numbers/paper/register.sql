-- name: add_batch
INSERT INTO batch (batch_id, layout, printed_at, forms) VALUES (?, ?, ?, ?);

-- name: batch
SELECT layout, printed_at, forms FROM batch WHERE batch_id = ?;

-- name: batches
SELECT batch_id, layout, printed_at FROM batch ORDER BY printed_at, batch_id;

-- name: add_form_number
INSERT INTO form_number (number, batch_id) VALUES (?, ?);

-- name: batch_of_number
SELECT batch_id FROM form_number WHERE number = ?;

-- name: add_return
INSERT INTO form_return (batch_id, number, times, at) VALUES (?, ?, 1, ?)
ON CONFLICT (batch_id, number) DO UPDATE SET times = times + 1;

-- name: returns
SELECT number, times FROM form_return WHERE batch_id = ? ORDER BY number;

-- name: set_rule
INSERT INTO tube_rule (gtin, serial_pattern) VALUES (?, ?)
ON CONFLICT (gtin) DO UPDATE SET serial_pattern = excluded.serial_pattern;

-- name: rules
SELECT gtin, serial_pattern FROM tube_rule ORDER BY gtin;

-- name: add_roll
INSERT INTO roll (roll_id, gtin, made_for, ordered_at, count) VALUES (?, ?, ?, ?, ?);

-- name: add_tube
INSERT INTO tube (number, roll_id) VALUES (?, ?);

-- name: roll
SELECT r.roll_id, r.gtin, r.made_for, r.ordered_at, r.received_at, r.withdrawn_at, r.withdrawn_why, r.count,
       (SELECT count(*) FROM tube AS t JOIN binding AS b ON b.number = t.number WHERE t.roll_id = r.roll_id)
FROM roll AS r WHERE r.roll_id = ?;

-- name: rolls
SELECT r.roll_id, r.gtin, r.made_for, r.ordered_at, r.received_at, r.withdrawn_at, r.withdrawn_why, r.count,
       (SELECT count(*) FROM tube AS t JOIN binding AS b ON b.number = t.number WHERE t.roll_id = r.roll_id)
FROM roll AS r ORDER BY r.ordered_at, r.roll_id;

-- name: tubes
SELECT number FROM tube WHERE roll_id = ? ORDER BY number;

-- name: receive_roll
UPDATE roll SET received_at = ? WHERE roll_id = ? AND received_at IS NULL;

-- name: withdraw_roll
UPDATE roll SET withdrawn_at = ?, withdrawn_why = ? WHERE roll_id = ? AND withdrawn_at IS NULL;

-- name: roll_of_tube
SELECT roll_id FROM tube WHERE number = ?;

-- name: bind
INSERT INTO binding (number, patient, requisition, bound_at, bound_by) VALUES (?, ?, ?, ?, ?);

-- name: binding
SELECT number, patient, requisition, bound_at, bound_by FROM binding WHERE number = ?;

-- name: bindings_of_requisition
SELECT number, patient, requisition, bound_at, bound_by FROM binding WHERE requisition = ? ORDER BY bound_at, number;
