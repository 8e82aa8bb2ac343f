-- name: lock
SELECT version FROM members.state FOR UPDATE;

-- name: raise_version
UPDATE members.state SET version = version + 1 RETURNING version;

-- name: request
SELECT digest, result FROM members.request WHERE request_id = %(request_id)s;

-- name: put_request
INSERT INTO members.request (request_id, actor, act, digest, result, at)
VALUES (%(request_id)s, %(actor)s, %(act)s, %(digest)s, %(result)s, %(at)s);

-- name: vendor
INSERT INTO members.vendor (vendor_id, name, connected_at) VALUES (%(vendor_id)s, %(name)s, %(connected_at)s)
ON CONFLICT (vendor_id) DO UPDATE SET name = EXCLUDED.name;

-- name: laboratory
INSERT INTO members.laboratory (laboratory_id, vendor_id, name, formats, connected_at, gln, sor, shak, provider_number)
VALUES (%(laboratory_id)s, %(vendor_id)s, %(name)s, %(formats)s, %(connected_at)s, %(gln)s, %(sor)s, %(shak)s,
    %(provider_number)s)
ON CONFLICT (laboratory_id) DO UPDATE SET vendor_id = EXCLUDED.vendor_id, name = EXCLUDED.name,
    formats = EXCLUDED.formats, gln = EXCLUDED.gln, sor = EXCLUDED.sor, shak = EXCLUDED.shak,
    provider_number = EXCLUDED.provider_number;

-- name: account
INSERT INTO members.account (account_id, vendor_id, laboratory_id, department, mailbox, state, largest_series,
    numbers_a_day, plan_a_fortnight, opened_at, closed_at)
VALUES (%(account_id)s, %(vendor_id)s, %(laboratory_id)s, %(department)s, %(mailbox)s, %(state)s, %(largest_series)s,
    %(numbers_a_day)s, %(plan_a_fortnight)s, %(opened_at)s, %(closed_at)s)
ON CONFLICT (account_id) DO UPDATE SET vendor_id = EXCLUDED.vendor_id, department = EXCLUDED.department,
    mailbox = EXCLUDED.mailbox, state = EXCLUDED.state, largest_series = EXCLUDED.largest_series,
    numbers_a_day = EXCLUDED.numbers_a_day, plan_a_fortnight = EXCLUDED.plan_a_fortnight,
    closed_at = EXCLUDED.closed_at;

-- name: product
INSERT INTO members.product (product_id, vendor_id, name) VALUES (%(product_id)s, %(vendor_id)s, %(name)s);

-- name: systemversion
INSERT INTO members.system_version (system_id, product_id, vendor_id, version)
VALUES (%(system_id)s, %(product_id)s, %(vendor_id)s, %(version)s);

-- name: certificate
INSERT INTO members.certificate (certificate_id, system_id, formats, valid_from, valid_to, withdrawn_on)
VALUES (%(certificate_id)s, %(system_id)s, %(formats)s, %(valid_from)s, %(valid_to)s, %(withdrawn_on)s)
ON CONFLICT (certificate_id) DO UPDATE SET withdrawn_on = EXCLUDED.withdrawn_on;

-- name: installation
INSERT INTO members.installation (installation_id, account_id, system_id, name, ended_at)
VALUES (%(installation_id)s, %(account_id)s, %(system_id)s, %(name)s, %(ended_at)s)
ON CONFLICT (installation_id) DO UPDATE SET system_id = EXCLUDED.system_id, ended_at = EXCLUDED.ended_at;

-- name: credential
INSERT INTO members.credential (credential_id, installation_id, kind, key_id, thumbprint, jwk, valid_from, valid_to,
    revoked_at)
VALUES (%(credential_id)s, %(installation_id)s, %(kind)s, %(key_id)s, %(thumbprint)s, %(jwk)s, %(valid_from)s,
    %(valid_to)s, %(revoked_at)s)
ON CONFLICT (credential_id) DO UPDATE SET valid_to = EXCLUDED.valid_to, revoked_at = EXCLUDED.revoked_at;

-- name: person
INSERT INTO members.person (person_id, issuer, subject, name, role, vendor_id, laboratory_id, ended_at)
VALUES (%(person_id)s, %(issuer)s, %(subject)s, %(name)s, %(role)s, %(vendor_id)s, %(laboratory_id)s, %(ended_at)s)
ON CONFLICT (person_id) DO UPDATE SET vendor_id = EXCLUDED.vendor_id, ended_at = EXCLUDED.ended_at;

-- name: contact
INSERT INTO members.contact (contact_id, vendor_id, laboratory_id, purpose, name, mailbox, telephone, confirmed_at,
    removed_at)
VALUES (%(contact_id)s, %(vendor_id)s, %(laboratory_id)s, %(purpose)s, %(name)s, %(mailbox)s, %(telephone)s,
    %(confirmed_at)s, %(removed_at)s)
ON CONFLICT (contact_id) DO UPDATE SET vendor_id = EXCLUDED.vendor_id, name = EXCLUDED.name,
    mailbox = EXCLUDED.mailbox, telephone = EXCLUDED.telephone, confirmed_at = EXCLUDED.confirmed_at,
    removed_at = EXCLUDED.removed_at;

-- name: manualpermission
INSERT INTO members.manual_permission (permission_id, vendor_id, laboratory_id, until)
VALUES (%(permission_id)s, %(vendor_id)s, %(laboratory_id)s, %(until)s)
ON CONFLICT (permission_id) DO UPDATE SET vendor_id = EXCLUDED.vendor_id, until = EXCLUDED.until;

-- name: notice
INSERT INTO members.notice (notice_id, kind, title_da, title_en, text_da, text_en, purposes, vendor_ids, starts_at,
    ends_at, written_at, withdrawn_at)
VALUES (%(notice_id)s, %(kind)s, %(title_da)s, %(title_en)s, %(text_da)s, %(text_en)s, %(purposes)s,
    %(vendor_ids)s::uuid[], %(starts_at)s, %(ends_at)s, %(written_at)s, %(withdrawn_at)s)
ON CONFLICT (notice_id) DO UPDATE SET withdrawn_at = EXCLUDED.withdrawn_at;

-- name: escalation
INSERT INTO members.escalation (escalation_id, vendor_id, laboratory_id, subject, text, state, opened_at, answer,
    answered_at)
VALUES (%(escalation_id)s, %(vendor_id)s, %(laboratory_id)s, %(subject)s, %(text)s, %(state)s, %(opened_at)s,
    %(answer)s, %(answered_at)s)
ON CONFLICT (escalation_id) DO UPDATE SET state = EXCLUDED.state, answer = EXCLUDED.answer,
    answered_at = EXCLUDED.answered_at;

-- name: put_diagnostics
INSERT INTO members.diagnostics (escalation_id, content) VALUES (%(escalation_id)s, %(content)s);

-- name: diagnostics
SELECT content FROM members.diagnostics WHERE escalation_id = %(escalation_id)s;

-- name: put_mail
INSERT INTO members.mail (mail_id, occasion, recipient, subject, body, state, attempts, made_at, next_at)
VALUES (%(mail_id)s, %(occasion)s, %(recipient)s, %(subject)s, %(body)s, 'waiting', 0, %(now)s, %(now)s)
ON CONFLICT (occasion, recipient) DO NOTHING;

-- name: cancel_mail
UPDATE members.mail SET state = 'given-up', told_at = %(now)s, answer = 'withdrawn'
WHERE occasion = %(occasion)s AND state = 'waiting';

-- name: bounced
UPDATE members.mail SET state = 'refused', told_at = %(now)s, answer = 'bounced'
WHERE mail_id = %(mail_id)s AND state = 'sent'
RETURNING true;
