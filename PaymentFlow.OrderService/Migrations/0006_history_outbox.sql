-- The outbox row of the change's event. Null for changes before this migration; only the journey display uses it.
ALTER TABLE order_history ADD COLUMN outbox_id bigint;
