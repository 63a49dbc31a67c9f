-- A merchant's wishes for the checkout of its order. Null for the demo shop's orders, and for orders before this migration.
ALTER TABLE orders
    ADD COLUMN return_url text,
    ADD COLUMN cancel_url text,
    -- 'en' or 'ru'.
    ADD COLUMN locale text,
    ADD COLUMN expires_at timestamptz,
    -- String pairs of the merchant, which every event of the order contains.
    ADD COLUMN metadata jsonb,
    -- For Stripe's receipt. Pruned: see CustomerEmails.cs.
    ADD COLUMN customer_email text,
    -- SHA-256 of the token in the checkout link. The token itself is not stored.
    ADD COLUMN checkout_hash bytea;

-- Opens a checkout link. None of these columns changes when a payment is applied, so that update stays within the table's page (HOT).
CREATE UNIQUE INDEX IF NOT EXISTS orders_checkout_hash ON orders (checkout_hash) WHERE checkout_hash IS NOT NULL;
-- Serves pruning: an order's id begins with its time (UUIDv7). The merchant's list of orders follows the primary key for the same reason.
CREATE INDEX IF NOT EXISTS orders_customer_email ON orders (id) WHERE customer_email IS NOT NULL;
