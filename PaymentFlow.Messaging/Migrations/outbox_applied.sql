-- Kafka may lose what it has acknowledged: an event of `payments` is done only once OrderService says that it is applied.
ALTER TABLE outbox
    ADD COLUMN applied_at timestamptz,
    -- How often it was asked about in vain.
    ADD COLUMN checks     smallint NOT NULL DEFAULT 0,
    -- The patience before the next question counts from here; from the publishing while it is null.
    ADD COLUMN wait_from  timestamptz;

-- Serves the end-to-end check: what is published and not known to be applied. In health, the last half minute's events.
-- Neither index holds a row that is only committed: the commit of a payment pays for none of this.
CREATE INDEX IF NOT EXISTS outbox_unapplied ON outbox (coalesce(wait_from, published_at))
    WHERE topic = 'payments' AND published_at IS NOT NULL AND applied_at IS NULL;

-- Serves the pruning.
CREATE INDEX IF NOT EXISTS outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
