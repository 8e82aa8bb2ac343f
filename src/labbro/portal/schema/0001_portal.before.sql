-- The portal's own memory: who is signed in, and how often each has looked. No patient is named here.

CREATE SCHEMA portal;

CREATE TABLE portal.session (
    session_id bytea NOT NULL,           -- SHA-256 of the token in the cookie; the token itself is kept nowhere
    actor text NOT NULL,
    actor_name text NOT NULL,
    organisation text,
    way text NOT NULL,                   -- demonstration or openid
    signed_in_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (session_id)
);

CREATE TABLE portal.look_up (
    actor text NOT NULL,
    at timestamptz NOT NULL,
    look_up_id uuid NOT NULL,
    PRIMARY KEY (actor, at, look_up_id)
);
