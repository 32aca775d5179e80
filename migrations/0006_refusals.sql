-- Since when a grant's provider calls it dead without being believed.

-- up
ALTER TABLE grants ADD COLUMN refused_since BIGINT;

-- down
ALTER TABLE grants DROP COLUMN refused_since;
