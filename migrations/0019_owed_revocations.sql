-- Revocations that could not be made when they were wanted, for the provider could not be asked or did not answer: they are
-- made later, or given up. `sealed` has the tokens, and what else it takes to revoke them; beside it no user, but the pseudonym
-- that the audit log has for them: when the user is erased nobody can tell any more whose it was. `due_at` is when it is tried
-- next; whoever tries it moves that on first, and `attempts` with it, so that it is the only one. Down forgets them, and their
-- tokens stay valid.

-- up
CREATE TABLE owed_revocations (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    slot TEXT NOT NULL,
    connection_id TEXT,
    subject TEXT,
    sealed BYTEA NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX owed_revocations_due ON owed_revocations (due_at);
CREATE INDEX owed_revocations_of_subject ON owed_revocations (org_id, subject) WHERE subject IS NOT NULL;

-- up postgresql
ALTER TABLE owed_revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE owed_revocations FORCE ROW LEVEL SECURITY;
CREATE POLICY of_one_organization ON owed_revocations
    USING (org_id = current_setting('tenon.org', true) OR current_setting('tenon.org', true) = '*');

-- down
DROP TABLE owed_revocations;
