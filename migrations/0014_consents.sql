-- What users granted, through what, and how it ended. Under the pseudonym that the audit log has for the user; when the user is
-- erased the account goes too, and nobody can tell any more whose it was. What stood already is taken over: `action` is then empty.

-- up
CREATE TABLE consents (
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    provider TEXT NOT NULL,
    account_id TEXT,
    connection_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    request_id TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT CHECK (ended_by IN ('renewed', 'disconnected', 'revoked', 'lapsed', 'erased')),
    PRIMARY KEY (org_id, id)
);
CREATE INDEX consents_of_subject ON consents (org_id, subject, id);
CREATE INDEX consents_of_connection ON consents (org_id, connection_id);
INSERT INTO consents (
    id, org_id, subject, provider, account_id, connection_id, scope, action, actor, request_id, given_at, ended_at, ended_by)
SELECT
    c.id, c.org_id, s.pseudonym, c.provider, c.account_id, c.id, c.scope, '', '', '', c.created_at,
    CASE WHEN c.status = 'expired' THEN c.updated_at END,
    CASE WHEN c.status_reason = 'disconnected' THEN 'disconnected' WHEN c.status = 'expired' THEN 'revoked' END
FROM connections c JOIN subjects s ON s.org_id = c.org_id AND s.user_id = c.user_id;

-- up postgresql
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY of_one_organization ON consents
    USING (org_id = current_setting('tenon.org', true) OR current_setting('tenon.org', true) = '*');

-- Down: the record of consents is lost.

-- down
DROP TABLE consents;
