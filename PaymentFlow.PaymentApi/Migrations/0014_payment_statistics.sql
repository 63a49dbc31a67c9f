-- For the statistics: the newest rows of the history, by time. The history is written in the order of time, so an index of block ranges
-- serves as well as one of rows and costs an insert next to nothing: a payment writes no entry to it. Building it reads the table once.
CREATE INDEX IF NOT EXISTS payment_history_at ON payment_history USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

-- Payments, refunds and declines of each quarter of an hour, rolled up from payment_history in the background.
CREATE TABLE payment_statistics (
    -- When the quarter of an hour began.
    at       timestamptz NOT NULL,
    currency text        NOT NULL,
    -- "paid", "refunded" and "declined": in the quarter in which it happened. "tried": the payments whose first attempt was in the quarter,
    -- by their present outcome.
    measure  text        NOT NULL,
    -- The reason of a decline, or the outcome of a tried payment. Empty for the others.
    reason   text        NOT NULL,
    count    bigint      NOT NULL,
    amount   bigint      NOT NULL,
    PRIMARY KEY (at, currency, measure, reason)
);

INSERT INTO roll_ups (name, up_to) SELECT 'payment_statistics', coalesce(min(at), now()) FROM payment_history;
