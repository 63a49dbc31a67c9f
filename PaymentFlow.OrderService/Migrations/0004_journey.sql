-- The history of an order: one row per change that was applied.
CREATE TABLE order_history (
    order_id    uuid   NOT NULL REFERENCES orders,
    version     bigint NOT NULL,
    status      text   NOT NULL,
    -- When the batch with the event was received, and when this row was written.
    consumed_at timestamptz NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- W3C trace context of the change's cause, for lookup in any OTLP back end.
    traceparent text,
    PRIMARY KEY (order_id, version)
);

-- The number of screens that a change was pushed to, and when. Written afterwards in batches and only for people:
-- nothing depends on them, and after a crash some rows are missing.
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
