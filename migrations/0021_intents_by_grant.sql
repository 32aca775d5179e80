-- Intents are found by their id and by their grant. Both began with the organization: PostgreSQL, to which the table looks
-- empty, took either for either, and walked through all the intents that the organization had of late.

-- up
DROP INDEX intents_of_grant;
CREATE INDEX intents_of_grant ON intents (grant_id);

-- down
DROP INDEX intents_of_grant;
CREATE INDEX intents_of_grant ON intents (org_id, grant_id);
