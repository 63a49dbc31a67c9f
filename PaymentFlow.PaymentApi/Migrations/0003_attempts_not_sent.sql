-- Attempts that Stripe never judged, because Stripe or the database was unavailable. They don't count towards an order's limit.
ALTER TABLE payments ADD COLUMN attempts_not_sent integer NOT NULL DEFAULT 0;
