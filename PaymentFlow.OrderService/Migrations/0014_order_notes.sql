-- Operators' notes on orders. Plain text, which may tell something about the order's customer: exported and erased with the order's
-- personal data.
CREATE TABLE order_notes (
    -- A UUIDv7, so the primary key is in the order of time. Pruning follows it.
    id       uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    author   text NOT NULL,
    text     text NOT NULL,
    at       timestamptz NOT NULL
);

-- Lists, exports and erases the notes of one order.
CREATE INDEX order_notes_order ON order_notes (order_id, id);
