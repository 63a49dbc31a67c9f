-- What happened to an order, a row a change that was applied here.
CREATE TABLE order_history (
    order_id    uuid   NOT NULL REFERENCES orders,
    version     bigint NOT NULL,
    status      text   NOT NULL,
    -- When the batch with its event was taken in hand, and when the row was written.
    consumed_at timestamptz NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- W3C trace context of what caused it, to follow it in any OTLP back end.
    traceparent text,
    PRIMARY KEY (order_id, version)
);

-- To how many screens a change was pushed, and when. A record of what happened, written afterwards and in batches: nothing
-- rests on it, and after a crash some of it is missing.
CREATE TABLE order_pushes (
    order_id uuid        NOT NULL,
    version  bigint      NOT NULL,
    -- "socket" of this service, or "page" of Web.
    kind     text        NOT NULL CHECK (kind IN ('socket', 'page')),
    screens  integer     NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (order_id, version, kind)
);

CREATE INDEX IF NOT EXISTS dead_letters_key ON dead_letters (key);
