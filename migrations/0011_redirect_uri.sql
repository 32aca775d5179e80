-- The redirect URI that a flow began with: the token request repeats it (RFC 6749 4.1.3), whatever the configuration says by then.

-- up
ALTER TABLE pending_connects ADD COLUMN redirect_uri TEXT NOT NULL DEFAULT '';

-- down
ALTER TABLE pending_connects DROP COLUMN redirect_uri;
