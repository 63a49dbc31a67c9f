-- How far the search for expired orders has come. An order's id begins with its time (UUIDv7), so the search follows the primary key, and
-- the statements that create and pay orders need no further index.
CREATE TABLE order_expiry (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    searched_to uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);
INSERT INTO order_expiry DEFAULT VALUES;

-- The unpaid orders that the search found. A row is deleted when its order is canceled or paid.
CREATE TABLE expired_orders (
    order_id uuid PRIMARY KEY,
    next_at  timestamptz NOT NULL
);
-- Serves the search for orders to cancel.
CREATE INDEX expired_orders_next_at ON expired_orders (next_at);

-- NOT VALID: the rows that exist need no check, and checking them would lock the table.
ALTER TABLE orders DROP CONSTRAINT orders_cancel_requested_by_check;
ALTER TABLE orders ADD CONSTRAINT orders_cancel_requested_by_check
    CHECK (cancel_requested_by IN ('customer', 'operator', 'expired')) NOT VALID;
