-- up
CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    key_hash BYTEA NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    user_id TEXT,
    is_bootstrap BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_org ON api_keys (org_id, id);

-- Readiness writes here: one row, counted up.
CREATE TABLE readiness (
    name TEXT PRIMARY KEY,
    pings BIGINT NOT NULL
);

-- down
DROP TABLE readiness;
DROP TABLE api_keys;
DROP TABLE organizations;
