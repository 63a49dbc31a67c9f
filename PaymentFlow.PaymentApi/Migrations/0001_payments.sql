-- One payment per order, permanently. The unique order_id makes this row the lock for pay, retry, cancel and refund.
CREATE TABLE payments (
    id                uuid PRIMARY KEY,
    order_id          uuid   NOT NULL UNIQUE,
    reference         text,
    amount            bigint NOT NULL CHECK (amount > 0),
    amount_refunded   bigint NOT NULL DEFAULT 0 CHECK (amount_refunded BETWEEN 0 AND amount),
    currency          text   NOT NULL,
    status            text   NOT NULL CHECK (status IN
        ('processing', 'requires_action', 'failed', 'succeeded', 'partially_refunded', 'refunded', 'canceled')),
    version           bigint NOT NULL DEFAULT 1,
    payment_intent_id text UNIQUE,
    -- The attempt that led to the current status. Null before the first attempt, and after an attempt was released because Stripe
    -- did nothing. A "processing" payment without an attempt is payable; with an attempt it is in flight.
    attempt_id        uuid,
    attempts          integer NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

-- One row per confirmation, committed before Stripe is asked. Stripe's idempotency key is derived from the row's id.
CREATE TABLE payment_attempts (
    id              uuid PRIMARY KEY,
    payment_id      uuid    NOT NULL REFERENCES payments,
    number          integer NOT NULL,
    payment_method  text    NOT NULL,
    return_url      text,
    -- The caller's Idempotency-Key, scoped to the order.
    idempotency_key text,
    -- "started" until Stripe's answer is stored. Until then the outcome is unknown and must not be assumed.
    status          text    NOT NULL DEFAULT 'started',
    code            text,
    decline_code    text,
    started_at      timestamptz NOT NULL DEFAULT now(),
    completed_at    timestamptz,
    UNIQUE (payment_id, number)
);

CREATE UNIQUE INDEX IF NOT EXISTS payment_attempts_idempotency_key
    ON payment_attempts (payment_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- For the reconciliation: attempts whose outcome is unknown. Normally empty.
CREATE INDEX IF NOT EXISTS payment_attempts_unknown ON payment_attempts (started_at) WHERE status = 'started';

-- The history of a payment, one row per version.
CREATE TABLE payment_history (
    payment_id  uuid   NOT NULL REFERENCES payments,
    version     bigint NOT NULL,
    status      text   NOT NULL,
    attempt_id  uuid,
    -- W3C trace context of the cause, to look up in an OTLP back end.
    traceparent text,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payment_id, version)
);
