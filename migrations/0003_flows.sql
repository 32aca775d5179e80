-- up
CREATE TABLE pending_connects (
    state_hash BYTEA PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_url TEXT NOT NULL,
    requested_scope TEXT NOT NULL,
    connect_params TEXT NOT NULL,
    verifier BYTEA,
    nonce BYTEA,
    issuer TEXT NOT NULL,
    reconnect_account_id TEXT,
    confirm BOOLEAN NOT NULL,
    browser_hash BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pending_connects_expiry ON pending_connects (expires_at);

CREATE TABLE confirmations (
    code_hash BYTEA PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    account_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    metadata TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX confirmations_of_user ON confirmations (org_id, user_id);
CREATE INDEX confirmations_expiry ON confirmations (expires_at);

CREATE TABLE intents (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('exchange', 'refresh')),
    provider TEXT NOT NULL,
    user_id TEXT NOT NULL,
    grant_id TEXT,
    generation BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    owner TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX intents_of_grant ON intents (org_id, grant_id);
CREATE INDEX intents_untouched ON intents (updated_at);

CREATE TABLE intent_replies (
    org_id TEXT NOT NULL,
    intent_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, intent_id, position),
    FOREIGN KEY (org_id, intent_id) REFERENCES intents (org_id, id) ON DELETE CASCADE
);

-- down
DROP TABLE intent_replies;
DROP TABLE intents;
DROP TABLE confirmations;
DROP TABLE pending_connects;
