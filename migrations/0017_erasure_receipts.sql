-- Who is at an erasure, so that two hosts are not, and what became of what was held: each step writes it down, and for as long as
-- the hash stays the receipt is what the same call is answered with. It names providers, connections and keys, and no one.

-- up
ALTER TABLE erasures ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE erasures ADD COLUMN receipt TEXT NOT NULL DEFAULT '';

-- down
ALTER TABLE erasures DROP COLUMN receipt;
ALTER TABLE erasures DROP COLUMN owner;
