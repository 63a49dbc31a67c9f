-- The event of a change is found by what happened: an index of the outbox by key took every insert and every mark of a row a search and an
-- entry at a random place.
ALTER TABLE payment_history ADD COLUMN outbox_id bigint;
UPDATE payment_history h SET outbox_id = o.id
FROM payments p JOIN outbox o ON o.key = p.order_id::text
WHERE p.id = h.payment_id AND (convert_from(o.data, 'UTF8')::jsonb ->> 'paymentVersion')::bigint = h.version;
DROP INDEX outbox_key;
