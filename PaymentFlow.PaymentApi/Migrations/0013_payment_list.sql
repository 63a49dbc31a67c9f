-- For the list of payments, GET /payments. It follows the primary key, because a payment's id begins with its time (UUIDv7). This index has
-- what the filters compare, so that a filter that matches few or only old payments need not read their rows. One such index costs each
-- update of a payment less than one per filter: its entries are added at its end.
CREATE INDEX IF NOT EXISTS payments_listed ON payments (id) INCLUDE (status, currency, amount);

-- For the list of one status, whatever the table's size. Most payments never have one of these.
CREATE INDEX IF NOT EXISTS payments_ended ON payments (status, id)
    WHERE status IN ('failed', 'partially_refunded', 'refunded', 'canceled');

-- For the search by the beginning of a reference.
CREATE INDEX IF NOT EXISTS payments_reference ON payments (reference text_pattern_ops) WHERE reference IS NOT NULL;

-- The payment method as Stripe reports it: a card's brand and last digits, or another method's type. Stored with the outcome.
ALTER TABLE payment_attempts
    ADD COLUMN method_brand text,
    ADD COLUMN method_last4 text;

-- The orders' descriptions. They are in a table of their own, because each update of a payment writes its whole row, and an entry in each
-- of its indexes, again. A description is written once, and erased by deleting its row.
CREATE TABLE payment_descriptions (
    payment_id  uuid PRIMARY KEY REFERENCES payments,
    description text     NOT NULL,
    -- The words in lower case: see PaymentWords.cs.
    words       tsvector NOT NULL
);

-- For the search by words. New words are collected and sorted in together, which costs a payment less. The payment that sorts them in waits
-- for it, so the collection is kept small (64 kB).
CREATE INDEX IF NOT EXISTS payment_descriptions_words ON payment_descriptions USING gin (words) WITH (gin_pending_list_limit = 64);
