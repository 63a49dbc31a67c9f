-- The time in the event that changed the order. For a payment it is the time of Stripe's answer. Null in older rows.
ALTER TABLE order_history ADD COLUMN IF NOT EXISTS event_at timestamptz;

-- For the statistics: the newest rows of the history, by time. The history is written in the order of time, so an index of block ranges
-- serves as well as one of rows and costs an insert next to nothing. Building it reads the table once.
CREATE INDEX IF NOT EXISTS order_history_applied_at ON order_history USING brin (applied_at)
    WITH (pages_per_range = 32, autosummarize = on);

-- How long it took from Stripe's answer to the first screen, for the orders paid in each quarter of an hour, rolled up from order_history
-- and order_pushes in the background.
CREATE TABLE screen_statistics (
    -- When the quarter of an hour began.
    at    timestamptz NOT NULL,
    -- The time by a logarithmic scale (ScreenTimes.cs), or -1: shown too late to count, or -2: never shown.
    bin   integer     NOT NULL,
    count bigint      NOT NULL,
    PRIMARY KEY (at, bin)
);

-- Older rows lack the time of their event.
INSERT INTO roll_ups (name, up_to) VALUES ('screen_statistics', now());
