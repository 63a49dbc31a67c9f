-- The addresses to which events of orders are sent by HTTP.
CREATE TABLE webhook_endpoints (
    id              uuid PRIMARY KEY,
    url             text        NOT NULL,
    -- Types of events, such as order.paid; '*' stands for all.
    types           text[]      NOT NULL,
    description     text,
    enabled         boolean     NOT NULL DEFAULT true,
    -- Why it is not enabled: it answered 410, it failed for days, or a merchant asked for it.
    disabled_reason text CHECK (disabled_reason IN ('gone', 'failing', 'requested')),
    -- Encrypted with the key of the setting Webhooks:Keys. The previous secret signs as well until its time is up.
    secret          bytea       NOT NULL,
    previous_secret bytea,
    previous_until  timestamptz,
    created_at      timestamptz NOT NULL,
    -- The first failure since the last success.
    failing_since   timestamptz,
    last_failed_at  timestamptz,
    last_error      text,
    CHECK (enabled = (disabled_reason IS NULL))
);

-- One row per event and endpoint, stored before the first try. There is no foreign key: an endpoint that is deleted at this moment must
-- not make the insert of the others fail.
CREATE TABLE webhook_deliveries (
    -- UUIDv7, so pruning needs no index on a time.
    id          uuid PRIMARY KEY,
    endpoint_id uuid     NOT NULL,
    event_id    uuid     NOT NULL,
    type        text     NOT NULL,
    -- Null for a test event.
    order_id    uuid,
    -- The body of the request, the same in every try.
    body        bytea    NOT NULL,
    traceparent text,
    state       text     NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    tries       integer  NOT NULL DEFAULT 0,
    -- Failed tries since the event, or since it was last requested again. Decides the next wait.
    failures    integer  NOT NULL DEFAULT 0,
    -- When the next try is due. While a try is under way: when another replica may repeat it.
    next_at     timestamptz NOT NULL DEFAULT now(),
    created_at  timestamptz NOT NULL DEFAULT now(),
    -- A repeated event is not delivered again.
    UNIQUE (event_id, endpoint_id)
);
-- Serves the search for due deliveries, endpoint by endpoint, and the number of those that wait.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending';
-- Serves the list of failed deliveries, and their number.
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE state = 'failed';
-- Serve the list by endpoint, and by order, which the journey needs, too.
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (order_id);

-- Each try, for people. A try whose process died has no row.
CREATE TABLE webhook_tries (
    delivery_id uuid        NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    number      integer     NOT NULL,
    at          timestamptz NOT NULL,
    duration_ms integer     NOT NULL,
    -- The status of the answer, or why there was none.
    status      integer,
    error       text,
    -- The beginning of the answer's body.
    response    text,
    PRIMARY KEY (delivery_id, number)
);

-- How far the outbox was compared with the deliveries. Events of before this migration are not delivered.
CREATE TABLE webhook_sweep (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    swept_to bigint  NOT NULL
);
INSERT INTO webhook_sweep (swept_to) SELECT coalesce(max(id), 0) FROM outbox;
