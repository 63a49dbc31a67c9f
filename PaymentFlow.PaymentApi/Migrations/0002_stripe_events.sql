-- What Stripe told us of, by id only: the object itself is asked for anew, so early, late, twice and out of order are all
-- the same. The id makes a second delivery a no-op for as long as Stripe may repeat it.
CREATE TABLE stripe_events (
    id           text PRIMARY KEY,
    type         text NOT NULL,
    object_id    text NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz
);

-- Serves the worker: what is not applied yet. Empty in health.
CREATE INDEX IF NOT EXISTS stripe_events_waiting ON stripe_events (received_at) WHERE processed_at IS NULL;
