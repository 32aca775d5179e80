-- Hosts tell each other of renewed tokens too, and which generation it is: who has it already keeps it.

-- up
ALTER TABLE changes ADD COLUMN generation BIGINT;

-- down
ALTER TABLE changes DROP COLUMN generation;
