-- Attempts that Stripe never judged (it was away, or the database was): they don't count towards an order's limit.
ALTER TABLE payments ADD COLUMN attempts_not_sent integer NOT NULL DEFAULT 0;
