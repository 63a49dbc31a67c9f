-- Links a history row to its event in the outbox. Older rows have no link, so their journeys lack the events.
ALTER TABLE payment_history ADD COLUMN outbox_id bigint;
