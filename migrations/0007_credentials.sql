-- What a person filled in to connect without a redirect, sealed: an API key, a user name and a password.

-- up
ALTER TABLE grants ADD COLUMN credentials BYTEA;

-- down
-- Connections by several credentials lose all but what their access token is made of.
ALTER TABLE grants DROP COLUMN credentials;
