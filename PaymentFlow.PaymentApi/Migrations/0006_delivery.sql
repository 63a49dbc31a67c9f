-- One row for all replicas: who of them checks that published events arrive, and when the next one may be published again.
CREATE TABLE delivery_sweep (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    holder       uuid,
    held_until   timestamptz NOT NULL DEFAULT '-infinity',
    publish_from timestamptz NOT NULL DEFAULT '-infinity'
);

INSERT INTO delivery_sweep DEFAULT VALUES;
