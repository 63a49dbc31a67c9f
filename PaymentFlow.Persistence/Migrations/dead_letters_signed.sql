-- Whether the event's signature was valid. Dead letters of earlier releases, whose events were not signed, are not.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS signed boolean NOT NULL DEFAULT false;
