-- It took every insert and every mark of a row a search and an entry at a random place. Old code that still runs only misses its speed.
DROP INDEX IF EXISTS outbox_key;
