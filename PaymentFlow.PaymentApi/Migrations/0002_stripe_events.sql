-- Events from Stripe, by id only. The object itself is read again from Stripe, so early, late, repeated and reordered events have the
-- same effect. The primary key makes a second delivery a no-op for as long as Stripe may repeat it.
CREATE TABLE stripe_events (
    id           text PRIMARY KEY,
    type         text NOT NULL,
    object_id    text NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz
);

-- For the worker: events that are not applied yet. Normally empty.
CREATE INDEX IF NOT EXISTS stripe_events_waiting ON stripe_events (received_at) WHERE processed_at IS NULL;
