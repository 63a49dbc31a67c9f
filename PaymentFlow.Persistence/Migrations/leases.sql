-- Work that one replica at a time does: which replica has it, since when and until when, by this server's clock.
CREATE TABLE leases (
    name       text PRIMARY KEY,
    holder     uuid        NOT NULL,
    taken_at   timestamptz NOT NULL,
    held_until timestamptz NOT NULL
);
