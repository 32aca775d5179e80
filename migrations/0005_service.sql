-- up
CREATE TABLE idempotency (
    org_id TEXT NOT NULL,
    key_hash BYTEA NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT,
    sealed BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, key_hash)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE keyring_checks (
    key_id TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE credential_reads (
    org_id TEXT NOT NULL,
    api_key_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    minute BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (org_id, connection_id, minute, api_key_id)
);

-- down
DROP TABLE credential_reads;
DROP TABLE keyring_checks;
DROP TABLE idempotency;
