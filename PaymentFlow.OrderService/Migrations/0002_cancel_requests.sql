-- Who asked for the order to be canceled, noted before PaymentApi decides. It means something only once the order is canceled;
-- where nobody asked, it was not paid in time.
ALTER TABLE orders ADD COLUMN cancel_requested_by text CHECK (cancel_requested_by IN ('customer', 'operator'));
