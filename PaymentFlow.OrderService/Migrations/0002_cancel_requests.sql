-- The role that asked to cancel the order, stored before PaymentApi decides. Valid only if the order is canceled.
-- Null on a canceled order means that it was not paid in time.
ALTER TABLE orders ADD COLUMN cancel_requested_by text CHECK (cancel_requested_by IN ('customer', 'operator'));
