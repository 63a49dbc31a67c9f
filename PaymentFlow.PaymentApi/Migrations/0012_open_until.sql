-- When OrderService cancels the order if it is unpaid. Until then a customer may come back by the checkout link, so an unconfirmed payment
-- is not given up. Null if the order has no such time.
ALTER TABLE payments ADD COLUMN open_until timestamptz;
