-- The operator's reason, in Stripe's words ('duplicate', 'fraudulent', 'requested_by_customer'). Null if no reason was given, and for
-- refunds that were not requested here.
ALTER TABLE refunds ADD COLUMN reason text;
