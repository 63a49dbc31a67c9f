-- Actions of operators: actor, action and time. A row is written before its action, so that no action goes unrecorded. Rows are
-- never changed.
CREATE TABLE operator_actions (
    id      uuid PRIMARY KEY,
    actor   text        NOT NULL,
    action  text        NOT NULL,
    target  text        NOT NULL,
    details jsonb,
    at      timestamptz NOT NULL DEFAULT now()
);

-- For the operator's list, newest first.
CREATE INDEX IF NOT EXISTS operator_actions_at ON operator_actions (at DESC);
