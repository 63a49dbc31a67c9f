-- How far the delivery check has compared OrderService's changes with the payments.
ALTER TABLE delivery_sweep ADD COLUMN compared_to bigint NOT NULL DEFAULT 0;

-- Orders that state more than their payment does: a forged event, or a database that was restored from a backup. A row is deleted when
-- its order agrees with its payment again.
CREATE TABLE orders_ahead (
    order_id        uuid PRIMARY KEY,
    payment_id      uuid,
    payment_version bigint      NOT NULL,
    status          text,
    found_at        timestamptz NOT NULL DEFAULT now()
);
