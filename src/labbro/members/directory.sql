-- name: version
SELECT version FROM members.state;

-- name: next_version
UPDATE members.state SET version = version + 1 RETURNING version;

-- name: vendors
SELECT vendor_id, name, connected_at FROM members.vendor ORDER BY name;

-- name: laboratories
SELECT laboratory_id, vendor_id, name, formats, connected_at, gln, sor, shak, provider_number
FROM members.laboratory ORDER BY name;

-- name: accounts
SELECT account_id, vendor_id, laboratory_id, department, mailbox, state, opened_at, closed_at,
    json_build_object('largest_series', largest_series, 'numbers_a_day', numbers_a_day,
        'plan_a_fortnight', plan_a_fortnight) AS limits
FROM members.account ORDER BY opened_at, account_id;

-- name: products
SELECT product_id, vendor_id, name FROM members.product ORDER BY name;

-- name: systems
SELECT system_id, product_id, vendor_id, version FROM members.system_version ORDER BY system_id;

-- name: certificates
SELECT certificate_id, system_id, formats, valid_from, valid_to, withdrawn_on
FROM members.certificate ORDER BY valid_to, certificate_id;

-- name: installations
SELECT installation_id, account_id, system_id, name, ended_at FROM members.installation ORDER BY installation_id;

-- name: credentials
SELECT credential_id, installation_id, kind, key_id, thumbprint, jwk, valid_from, valid_to, revoked_at
FROM members.credential ORDER BY valid_from, credential_id;

-- name: persons
SELECT person_id, issuer, subject, name, role, vendor_id, laboratory_id, ended_at
FROM members.person ORDER BY name, person_id;

-- name: contacts
SELECT contact_id, vendor_id, laboratory_id, purpose, name, mailbox, telephone, confirmed_at, removed_at
FROM members.contact ORDER BY purpose, name, contact_id;

-- name: permissions
SELECT permission_id, vendor_id, laboratory_id, until FROM members.manual_permission ORDER BY permission_id;

-- name: notices
SELECT notice_id, kind, title_da, title_en, text_da, text_en, purposes, vendor_ids, starts_at, ends_at, written_at,
    withdrawn_at
FROM members.notice ORDER BY starts_at, notice_id;

-- name: escalations
SELECT escalation_id, vendor_id, laboratory_id, subject, text, state, opened_at, answer, answered_at
FROM members.escalation ORDER BY opened_at, escalation_id;
