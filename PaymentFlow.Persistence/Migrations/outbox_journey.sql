-- How often the event was published again because Kafka had lost it, and when for the last time.
ALTER TABLE outbox
    ADD COLUMN republished    smallint NOT NULL DEFAULT 0,
    ADD COLUMN republished_at timestamptz;

-- For the journey of one order.
CREATE INDEX IF NOT EXISTS outbox_key ON outbox (key);
-- For the operator actions in the same journey.
CREATE INDEX IF NOT EXISTS operator_actions_target ON operator_actions (target);
