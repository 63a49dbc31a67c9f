-- For pruning the dead letters that were replayed.
CREATE INDEX IF NOT EXISTS dead_letters_replayed ON dead_letters (replayed_at) WHERE replayed_at IS NOT NULL;
