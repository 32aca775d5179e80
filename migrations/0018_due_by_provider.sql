-- What is due is looked for a provider at a time: a provider whose limit is reached, however many of its grants are due, is
-- not walked through to find another's. The table is not written to while the index is built.

-- up
DROP INDEX grants_due;
CREATE INDEX grants_due ON grants (provider, next_refresh_at)
    WHERE next_refresh_at IS NOT NULL AND status = 'live';

-- down
DROP INDEX grants_due;
CREATE INDEX grants_due ON grants (next_refresh_at)
    WHERE next_refresh_at IS NOT NULL AND status = 'live';
