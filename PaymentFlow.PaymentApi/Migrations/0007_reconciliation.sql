-- When Stripe is next asked about an open payment.
ALTER TABLE payments ADD COLUMN reconcile_at timestamptz NOT NULL DEFAULT now() + interval '10 seconds';

-- For the reconciliation: contains only open payments, whatever the table's size.
CREATE INDEX IF NOT EXISTS payments_open ON payments (reconcile_at) WHERE status IN ('processing', 'requires_action');
DROP INDEX payment_attempts_unknown;

-- A webhook that could not be applied is retried at growing intervals.
ALTER TABLE stripe_events
    ADD COLUMN tries integer NOT NULL DEFAULT 0,
    ADD COLUMN retry_at timestamptz NOT NULL DEFAULT now() + interval '5 seconds';
DROP INDEX stripe_events_waiting;
CREATE INDEX IF NOT EXISTS stripe_events_waiting ON stripe_events (retry_at) WHERE processed_at IS NULL;

-- One row: the position in Stripe's List Events. Every event before the cursor has been seen.
CREATE TABLE stripe_events_walk (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    cursor  timestamptz NOT NULL,
    next_at timestamptz NOT NULL
);
INSERT INTO stripe_events_walk (cursor, next_at) VALUES (now() - interval '1 hour', now());
