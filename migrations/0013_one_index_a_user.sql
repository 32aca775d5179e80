-- On PostgreSQL a user's connections are found by the unique index over org, user, provider and account. With a second one
-- that begins with the same columns it can't tell which is better for one account: where users have one connection on
-- average, a generic plan walks through all of a user who has thousands. SQLite tells them apart, and needs both.

-- up postgresql
DROP INDEX connections_of_user;

-- down postgresql
CREATE INDEX connections_of_user ON connections (org_id, user_id, id);
