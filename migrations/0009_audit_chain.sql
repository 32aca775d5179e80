-- Each organization's log is a chain of hashes, in the order in which its lines were sealed: a line's hash covers what it
-- says, its position and the hash before it. Its head is sealed under a key that the database does not have. Lines up to
-- `pruned` were let go of, and may be gone.

-- up
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until BIGINT NOT NULL
);

CREATE TABLE audit_heads (
    org_id TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    pruned BIGINT NOT NULL,
    pruned_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
ALTER TABLE audit_log ADD COLUMN position BIGINT;
CREATE UNIQUE INDEX audit_log_chain ON audit_log (org_id, position);
CREATE INDEX audit_log_unsealed ON audit_log (org_id, seq) WHERE position IS NULL;

-- up sqlite
DROP TRIGGER audit_log_keeps_rows;
CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
WHEN NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.org_id = OLD.org_id AND OLD.position <= h.pruned)
BEGIN
    SELECT RAISE(ABORT, 'audit_log is append-only');
END;
DROP TRIGGER audit_log_keeps_seals;
CREATE TRIGGER audit_log_keeps_seals BEFORE UPDATE OF hash, previous_hash, position ON audit_log
WHEN OLD.position IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit_log is append-only');
END;

-- up postgresql
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY of_one_organization ON audit_heads
    USING (org_id = current_setting('tenon.org', true) OR current_setting('tenon.org', true) = '*');
CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.position IS NULL
            AND (NEW.seq, NEW.id, NEW.org_id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.provider,
                NEW.connection_id, NEW.outcome, NEW.detail, NEW.request_id)
            IS NOT DISTINCT FROM
                (OLD.seq, OLD.id, OLD.org_id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.provider,
                OLD.connection_id, OLD.outcome, OLD.detail, OLD.request_id) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM audit_heads h WHERE h.org_id = OLD.org_id AND OLD.position <= h.pruned) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit_log is append-only';
END
$$;

-- Down: the log stays, its chains are lost.

-- down sqlite
DROP TRIGGER audit_log_keeps_rows;
CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log is append-only');
END;
DROP TRIGGER audit_log_keeps_seals;

-- down postgresql
CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.hash IS NULL AND OLD.previous_hash IS NULL
            AND (NEW.seq, NEW.id, NEW.org_id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.provider,
                NEW.connection_id, NEW.outcome, NEW.detail, NEW.request_id)
            IS NOT DISTINCT FROM
                (OLD.seq, OLD.id, OLD.org_id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.provider,
                OLD.connection_id, OLD.outcome, OLD.detail, OLD.request_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit_log is append-only';
END
$$;

-- down
DROP INDEX audit_log_unsealed;
DROP INDEX audit_log_chain;
ALTER TABLE audit_log DROP COLUMN position;
DROP TABLE audit_heads;
DROP TABLE leases;

-- down sqlite
CREATE TRIGGER audit_log_keeps_seals BEFORE UPDATE OF hash, previous_hash ON audit_log
WHEN OLD.hash IS NOT NULL OR OLD.previous_hash IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit_log is append-only');
END;
