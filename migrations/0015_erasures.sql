-- Users who are being erased: until that is done nothing of theirs is stored any more, and if the process ends meanwhile another
-- one goes on. For two hours longer, and for as long as an exchange that began before waits to be recovered, a hash alone stays, so
-- that what was under way then does not bring them back. It has no key: who knows or guesses an id can tell whether it is there.
-- Kept answers say whose data they hold: empty, several users'; NULL, nobody's. Of those that are there already nobody knows it:
-- they go with whoever is erased. An answer that went so is empty and has its status still: the key stays used.

-- up
CREATE TABLE erasures (
    org_id TEXT NOT NULL,
    user_hash BYTEA NOT NULL,
    user_id TEXT,
    id TEXT NOT NULL,
    touched_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (org_id, user_hash)
);
CREATE INDEX erasures_left ON erasures (touched_at) WHERE finished_at IS NULL;
CREATE INDEX erasures_finished ON erasures (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX pending_connects_of_user ON pending_connects (org_id, user_id);
CREATE INDEX intents_of_user ON intents (org_id, user_id) WHERE kind = 'exchange';
CREATE INDEX api_keys_of_user ON api_keys (org_id, user_id) WHERE user_id IS NOT NULL;
ALTER TABLE idempotency ADD COLUMN user_id TEXT;
UPDATE idempotency SET user_id = '';
CREATE INDEX idempotency_of_user ON idempotency (org_id, user_id) WHERE user_id IS NOT NULL;

-- up postgresql
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY of_one_organization ON erasures
    USING (org_id = current_setting('tenon.org', true) OR current_setting('tenon.org', true) = '*');

-- down
DROP INDEX api_keys_of_user;
DROP INDEX intents_of_user;
DROP INDEX pending_connects_of_user;
DROP INDEX idempotency_of_user;
ALTER TABLE idempotency DROP COLUMN user_id;
DROP TABLE erasures;
