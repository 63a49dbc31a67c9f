-- An order exists, immutable in amount and currency, before any money moves. What changes is what its payment tells.
CREATE TABLE orders (
    id              uuid PRIMARY KEY,
    reference       text   NOT NULL UNIQUE,
    -- SHA-256 of the client secret, which is shown once and kept nowhere.
    secret_hash     bytea  NOT NULL CHECK (length(secret_hash) = 32),
    status          text   NOT NULL DEFAULT 'awaiting_payment' CHECK (status IN
        ('awaiting_payment', 'payment_failed', 'paid', 'partially_refunded', 'refunded', 'canceled')),
    payment_id      uuid,
    -- The inbox: an event applies only if it is newer than this, so a duplicate or a late one changes nothing, for ever.
    payment_version bigint NOT NULL DEFAULT 0 CHECK (payment_version >= 0),
    -- An order's state is a pure function of its payment's newest state, so its version is derived from that one's and
    -- not counted: the same fact has the same version, and so the same event id, whoever states it and however often.
    version         bigint NOT NULL GENERATED ALWAYS AS (payment_version + 1) STORED,
    amount          bigint NOT NULL CHECK (amount > 0),
    amount_refunded bigint NOT NULL DEFAULT 0 CHECK (amount_refunded BETWEEN 0 AND amount),
    currency        text   NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    description     text,
    items           jsonb  NOT NULL,
    created_at      timestamptz NOT NULL,
    -- When the newest fact happened, by its event; the same on every replica.
    updated_at      timestamptz NOT NULL
);
