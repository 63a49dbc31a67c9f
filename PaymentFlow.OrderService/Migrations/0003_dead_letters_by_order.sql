-- Serves the delivery check, which asks for the dead letters of given orders.
CREATE INDEX IF NOT EXISTS dead_letters_waiting_by_key ON dead_letters (key) WHERE replayed_at IS NULL;
