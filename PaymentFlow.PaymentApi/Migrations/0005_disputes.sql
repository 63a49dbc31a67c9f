-- Disputes as Stripe last described them.
CREATE TABLE disputes (
    id         text PRIMARY KEY,
    payment_id uuid   NOT NULL REFERENCES payments,
    amount     bigint NOT NULL,
    currency   text   NOT NULL,
    reason     text   NOT NULL,
    status     text   NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS disputes_payment ON disputes (payment_id);
