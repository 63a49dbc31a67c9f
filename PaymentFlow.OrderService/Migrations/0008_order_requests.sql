-- The requests with an Idempotency-Key that created an order, so that a repeat gets the same answer. Pruned after a day.
CREATE TABLE order_requests (
    -- SHA-256 of the caller's role and the Idempotency-Key. The key itself is not stored.
    key_hash   bytea PRIMARY KEY CHECK (length(key_hash) = 32),
    -- SHA-256 of the body, to recognize another request with the same key.
    body_hash  bytea NOT NULL CHECK (length(body_hash) = 32),
    order_id   uuid  NOT NULL,
    created_at timestamptz NOT NULL
);
-- Serves pruning.
CREATE INDEX order_requests_created ON order_requests (created_at);
