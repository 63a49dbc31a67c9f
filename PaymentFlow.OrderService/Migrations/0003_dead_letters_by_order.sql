-- Serves the end-to-end check, which asks what of an order's events is a dead letter.
CREATE INDEX IF NOT EXISTS dead_letters_waiting_by_key ON dead_letters (key) WHERE replayed_at IS NULL;
