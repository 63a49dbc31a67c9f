-- Drops an index that slowed every insert and update of an outbox row. The journey now finds events through
-- payment_history.outbox_id. Safe while the previous release still runs: its journey query is only slower.
DROP INDEX IF EXISTS outbox_key;
