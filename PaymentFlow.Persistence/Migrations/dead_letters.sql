-- Events that can't be applied for a reason in the event itself. The whole message is kept, so that an operator can replay it
-- after a fix.
CREATE TABLE dead_letters (
    event_id    uuid PRIMARY KEY,
    topic       text        NOT NULL,
    "partition" integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    key         text,
    headers     jsonb       NOT NULL,
    data        bytea,
    error       text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    replayed_at timestamptz
);

-- For the operator's list of dead letters that are not replayed yet, oldest first.
CREATE INDEX IF NOT EXISTS dead_letters_waiting ON dead_letters (received_at) WHERE replayed_at IS NULL;
