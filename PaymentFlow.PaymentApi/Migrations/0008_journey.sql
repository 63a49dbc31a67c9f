-- For the journey of one payment.
CREATE INDEX IF NOT EXISTS stripe_events_object ON stripe_events (object_id);
