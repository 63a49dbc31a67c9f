-- An order is stored before it is paid. Its amount and currency never change. Payment events change the rest.
CREATE TABLE orders (
    id              uuid PRIMARY KEY,
    reference       text   NOT NULL UNIQUE,
    -- SHA-256 of the client secret. The secret itself is shown once and not stored.
    secret_hash     bytea  NOT NULL CHECK (length(secret_hash) = 32),
    status          text   NOT NULL DEFAULT 'awaiting_payment' CHECK (status IN
        ('awaiting_payment', 'payment_failed', 'paid', 'partially_refunded', 'refunded', 'canceled')),
    payment_id      uuid,
    -- The inbox: an event is applied only if it is newer than this, so duplicate and late events never have an effect.
    payment_version bigint NOT NULL DEFAULT 0 CHECK (payment_version >= 0),
    -- Derived from payment_version instead of counted, because an order's state is a pure function of its payment's newest state.
    -- So the same change always has the same version and the same event id, on every replica and after every repeat.
    version         bigint NOT NULL GENERATED ALWAYS AS (payment_version + 1) STORED,
    amount          bigint NOT NULL CHECK (amount > 0),
    amount_refunded bigint NOT NULL DEFAULT 0 CHECK (amount_refunded BETWEEN 0 AND amount),
    currency        text   NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    description     text,
    items           jsonb  NOT NULL,
    created_at      timestamptz NOT NULL,
    -- The time in the newest event; the same on every replica.
    updated_at      timestamptz NOT NULL
);
