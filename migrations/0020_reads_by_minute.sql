-- Reads of credentials are let go of when they are old: the oldest are found without walking through the others. The table
-- is not written to while the index is built.

-- up
CREATE INDEX credential_reads_minute ON credential_reads (minute);

-- down
DROP INDEX credential_reads_minute;
