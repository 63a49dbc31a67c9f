-- One row for all replicas: which replica holds the delivery check, and when the next event may be published again.
CREATE TABLE delivery_sweep (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    holder       uuid,
    held_until   timestamptz NOT NULL DEFAULT '-infinity',
    publish_from timestamptz NOT NULL DEFAULT '-infinity'
);

INSERT INTO delivery_sweep DEFAULT VALUES;
