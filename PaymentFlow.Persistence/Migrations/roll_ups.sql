-- How far the rows of a table are counted in its statistics. A roll-up moves up_to in the transaction that adds to the statistics, so
-- each row is counted exactly once.
CREATE TABLE roll_ups (
    name  text PRIMARY KEY,
    -- Rows before this time are counted.
    up_to timestamptz NOT NULL
);
