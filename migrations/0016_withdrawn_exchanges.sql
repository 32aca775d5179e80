-- An exchange whose user disconnected the provider meanwhile: whoever is at it, or takes up what was cut off, discards what it is
-- granted. Until then it stays, for its replies may hold tokens that are to be revoked. Down forgets those, and their tokens stay valid.

-- up
ALTER TABLE intents ADD COLUMN withdrawn BOOLEAN NOT NULL DEFAULT FALSE;

-- down
DELETE FROM intents WHERE withdrawn;
ALTER TABLE intents DROP COLUMN withdrawn;
