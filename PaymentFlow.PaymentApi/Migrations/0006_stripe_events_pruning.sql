-- Serves the pruning of webhook ids.
CREATE INDEX stripe_events_processed ON stripe_events (processed_at) WHERE processed_at IS NOT NULL;
