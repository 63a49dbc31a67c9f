-- What operators did: who, what, when. Written before the action, so that there is no action without its row; never changed.
CREATE TABLE operator_actions (
    id      uuid PRIMARY KEY,
    actor   text        NOT NULL,
    action  text        NOT NULL,
    target  text        NOT NULL,
    details jsonb,
    at      timestamptz NOT NULL DEFAULT now()
);

-- Serves the operator's list, newest first.
CREATE INDEX IF NOT EXISTS operator_actions_at ON operator_actions (at DESC);
