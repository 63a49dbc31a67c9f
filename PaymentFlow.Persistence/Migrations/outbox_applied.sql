-- Kafka may lose an event that it acknowledged. An event of `payments` is therefore done only when OrderService has applied it.
ALTER TABLE outbox
    ADD COLUMN applied_at timestamptz,
    -- Number of delivery checks that found the event not applied.
    ADD COLUMN checks     smallint NOT NULL DEFAULT 0,
    -- Start of the wait before the next check; null means published_at.
    ADD COLUMN wait_from  timestamptz;

-- For the delivery check: events that are published but not known to be applied. Normally those of the last half minute.
-- Neither index contains rows that are not published yet, so committing a payment does not update them.
CREATE INDEX IF NOT EXISTS outbox_unapplied ON outbox (coalesce(wait_from, published_at))
    WHERE topic = 'payments' AND published_at IS NOT NULL AND applied_at IS NULL;

-- For pruning.
CREATE INDEX IF NOT EXISTS outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
