-- Until when Stripe accepts evidence for a dispute. Null for disputes from before, and where Stripe states none.
ALTER TABLE disputes ADD COLUMN due_by timestamptz;

-- Serves the list of open disputes, which is read every few seconds while the console is open. Disputes are rare, and a closed one is not
-- in the index.
CREATE INDEX IF NOT EXISTS disputes_open ON disputes (due_by)
    WHERE status IN ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review');

-- The events that the delivery check published again, for people. A row is written only when that happens, so that `outbox`, which every
-- payment writes, needs no further index.
CREATE TABLE republished_events (
    event_id  uuid PRIMARY KEY,
    order_id  uuid        NOT NULL,
    type      text        NOT NULL,
    times     integer     NOT NULL DEFAULT 1,
    first_at  timestamptz NOT NULL DEFAULT now(),
    last_at   timestamptz NOT NULL DEFAULT now()
);

-- Serves the same list, and pruning.
CREATE INDEX IF NOT EXISTS republished_events_last ON republished_events (last_at);
