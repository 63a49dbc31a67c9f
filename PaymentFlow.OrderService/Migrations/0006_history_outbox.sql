-- The event of a change is found by what happened: an index of the outbox by key took every insert and every mark of a row a search and an
-- entry at a random place.
ALTER TABLE order_history ADD COLUMN outbox_id bigint;
UPDATE order_history h SET outbox_id = o.id
FROM outbox o
WHERE o.key = h.order_id::text AND (convert_from(o.data, 'UTF8')::jsonb ->> 'version')::bigint = h.version;
DROP INDEX outbox_key;
-- That an order came is no change of it, and has no row there.
CREATE INDEX IF NOT EXISTS outbox_created ON outbox (key) WHERE type = 'order.created';
