-- No foreign keys to organizations from here on: each insert would lock the organization's one row.

-- up
CREATE TABLE connections (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    account_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('connected', 'expired')),
    status_reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    metadata TEXT NOT NULL,
    connect_params TEXT NOT NULL,
    profile TEXT,
    profile_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, user_id, provider, account_id)
);
CREATE INDEX connections_of_provider ON connections (org_id, provider, id);
CREATE INDEX connections_of_user ON connections (org_id, user_id, id);
CREATE INDEX connections_leaving ON connections (updated_at) WHERE status_reason = 'disconnected';

CREATE TABLE grants (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('live', 'dead')),
    access_token BYTEA NOT NULL,
    refresh_token BYTEA,
    id_token BYTEA,
    key_id TEXT NOT NULL,
    token_type TEXT NOT NULL,
    scope TEXT NOT NULL,
    base_url TEXT NOT NULL,
    connect_params TEXT NOT NULL,
    authorized_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT,
    refresh_expires_at BIGINT,
    refresh_not_before BIGINT,
    next_refresh_at BIGINT,
    failures BIGINT NOT NULL,
    last_failure TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    generation BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, provider, account_id, slot)
);
CREATE INDEX grants_due ON grants (next_refresh_at)
    WHERE next_refresh_at IS NOT NULL AND status = 'live';

CREATE TABLE connection_grants (
    org_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (org_id, connection_id, slot),
    FOREIGN KEY (org_id, connection_id) REFERENCES connections (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, grant_id) REFERENCES grants (org_id, id)
);
CREATE INDEX connection_grants_of_grant ON connection_grants (org_id, grant_id);

-- down
DROP TABLE connection_grants;
DROP TABLE grants;
DROP TABLE connections;
