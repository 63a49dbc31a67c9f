-- The transactional outbox: an event is written in the transaction that makes it true, and published afterwards.
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
    -- Until then the row is in the hands of the process that wrote it; afterwards the sweep may take it.
    leased_until timestamptz NOT NULL DEFAULT now() + interval '10 seconds',
    published_at timestamptz
);

-- Serves the sweep and the depth gauge; empty in health, whatever the table's size.
CREATE INDEX IF NOT EXISTS outbox_unpublished ON outbox (id) INCLUDE (created_at, leased_until) WHERE published_at IS NULL;
