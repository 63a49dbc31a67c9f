-- For pruning the ids of webhooks.
CREATE INDEX IF NOT EXISTS stripe_events_processed ON stripe_events (processed_at) WHERE processed_at IS NOT NULL;
