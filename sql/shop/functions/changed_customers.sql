-- Customers with an event that the later snapshot sees and the earlier one does not. One pass over the events.
CREATE OR REPLACE FUNCTION shop.changed_customers(since pg_snapshot, until pg_snapshot) RETURNS SETOF integer
LANGUAGE sql STABLE
SET search_path = shop, pg_catalog, pg_temp AS $$
    SELECT DISTINCT customer_id FROM shop.event
    WHERE customer_id IS NOT NULL
        AND pg_visible_in_snapshot(transaction_id, until) AND NOT pg_visible_in_snapshot(transaction_id, since)
$$;
COMMENT ON FUNCTION shop.changed_customers IS
    'Customers with events since a build: changed_customers(watermark of the build, pg_current_snapshot()).';
