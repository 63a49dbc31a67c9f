-- The operator's address. Rows from before have it in the actor, because rows are never changed.
ALTER TABLE operator_actions ADD COLUMN address inet;

-- The record accepts inserts only, and deletes rows only when they are a year old, which pruning needs. This stops our own statements,
-- whatever a fault or an injection makes of them, and people at a SQL prompt. It does not stop the owner of the table from dropping the
-- trigger; docs/deploy.md says how to take that right from the service.
CREATE FUNCTION keep_operator_actions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '365 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'operator_actions accepts inserts only; rows can be deleted after 365 days' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER operator_actions_inserts_only BEFORE UPDATE OR DELETE ON operator_actions
    FOR EACH ROW EXECUTE FUNCTION keep_operator_actions();
CREATE TRIGGER operator_actions_no_truncate BEFORE TRUNCATE ON operator_actions
    FOR EACH STATEMENT EXECUTE FUNCTION keep_operator_actions();
