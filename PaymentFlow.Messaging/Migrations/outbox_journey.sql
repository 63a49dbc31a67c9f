-- How often Kafka lost the event, as far as is known, and when it was published again for the last time.
ALTER TABLE outbox
    ADD COLUMN republished    smallint NOT NULL DEFAULT 0,
    ADD COLUMN republished_at timestamptz;

-- Serves the journey of one order.
CREATE INDEX IF NOT EXISTS outbox_key ON outbox (key);
-- Serves the same, for what operators did.
CREATE INDEX IF NOT EXISTS operator_actions_target ON operator_actions (target);
