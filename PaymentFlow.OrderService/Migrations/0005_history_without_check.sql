-- Drops the foreign key. It cannot fail (only the statement that changes an order writes its history, and orders are never
-- deleted), and it costs an extra row lock per insert.
ALTER TABLE order_history DROP CONSTRAINT order_history_order_id_fkey;
