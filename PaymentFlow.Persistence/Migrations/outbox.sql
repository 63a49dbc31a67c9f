-- The transactional outbox: an event is enqueued in the transaction that makes it true, and published afterwards.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid        NOT NULL,
    topic        text        NOT NULL,
    key          text        NOT NULL,
    type         text        NOT NULL,
    source       text        NOT NULL,
    time         timestamptz NOT NULL,
    traceparent  text,
    data         bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Until this time the process that inserted the row publishes it; afterwards the sweep may lease it.
    leased_until timestamptz NOT NULL DEFAULT now() + interval '10 seconds',
    published_at timestamptz
);

-- For the sweep and the depth gauge. Normally empty, whatever the table's size.
CREATE INDEX IF NOT EXISTS outbox_unpublished ON outbox (id) INCLUDE (created_at, leased_until) WHERE published_at IS NULL;
