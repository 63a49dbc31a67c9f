-- Leads from what happened to its event in the outbox. What happened before this migration goes without: only its journey shows that.
ALTER TABLE order_history ADD COLUMN outbox_id bigint;
