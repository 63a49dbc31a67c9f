-- One row per refund, made here or in Stripe's dashboard. Its amount is reserved here, under the payment's row lock, before Stripe is
-- asked.
CREATE TABLE refunds (
    id               uuid PRIMARY KEY,
    payment_id       uuid   NOT NULL REFERENCES payments,
    amount           bigint NOT NULL CHECK (amount > 0),
    -- The amount that the operator requested. Null for "the rest", and for refunds that were not requested here.
    requested_amount bigint,
    -- "reserved" until Stripe's answer is stored. Only a "not_sent" refund is known never to have been judged by Stripe.
    status           text   NOT NULL CHECK (status IN ('reserved', 'not_sent', 'pending', 'succeeded', 'failed')),
    code             text,
    stripe_refund_id text UNIQUE,
    -- The operator's Idempotency-Key, scoped to the payment.
    idempotency_key  text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    -- When Stripe is asked again while the outcome is open.
    reconcile_at     timestamptz NOT NULL DEFAULT now() + interval '10 seconds'
);

CREATE INDEX IF NOT EXISTS refunds_payment ON refunds (payment_id);
CREATE UNIQUE INDEX IF NOT EXISTS refunds_idempotency_key ON refunds (payment_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- For the reconciliation.
CREATE INDEX IF NOT EXISTS refunds_open ON refunds (reconcile_at) WHERE status IN ('reserved', 'pending');

ALTER TABLE payment_history ADD COLUMN amount_refunded bigint NOT NULL DEFAULT 0;
