-- Behind INSERT INTO shop.v_event: finds the ids of the codes and refuses what an import would leave out, with the column
-- in the message and the way out as the hint. As its owner, so that who reports events needs no right on any table.
CREATE OR REPLACE FUNCTION shop.report_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known text[] := enum_range(NULL::shop.event_kind)::text[];
    item_id integer;
    customer_id integer;
BEGIN
    IF NEW.kind IS NULL OR NEW.kind <> ALL (known) THEN
        RAISE check_violation USING
            MESSAGE = format('kind: %L is none of the known kinds', NEW.kind),
            HINT = 'use ' || array_to_string(known, ', '), SCHEMA = 'shop', TABLE = 'v_event', COLUMN = 'kind';
    END IF;
    SELECT item.id INTO item_id FROM shop.item WHERE item.code = NEW.item;
    IF item_id IS NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('item: %L is not in the catalogue', NEW.item),
            HINT = 'import its row of items.csv first', SCHEMA = 'shop', TABLE = 'v_event', COLUMN = 'item';
    END IF;
    IF NEW.customer IS NOT NULL THEN
        SELECT customer.id INTO customer_id FROM shop.customer WHERE customer.code = NEW.customer;
        IF customer_id IS NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('customer: %L is no known customer', NEW.customer),
                HINT = 'import its row of customers.csv first, or leave it NULL for a guest',
                SCHEMA = 'shop', TABLE = 'v_event', COLUMN = 'customer';
        END IF;
    END IF;
    NEW.at := coalesce(NEW.at, millrace.clock());
    IF NOT NEW.at BETWEEN '1970-01-01Z' AND millrace.clock() + interval '1 day' THEN
        RAISE check_violation USING
            MESSAGE = format('at: %s is before 1970 or more than a day ahead', NEW.at),
            HINT = 'give when it happened, or leave it out for now', SCHEMA = 'shop', TABLE = 'v_event', COLUMN = 'at';
    END IF;
    NEW.quantity := coalesce(NEW.quantity, 1);
    IF NEW.quantity <= 0 THEN
        RAISE check_violation USING
            MESSAGE = format('quantity: %s is not above zero', NEW.quantity),
            HINT = 'what was sent back is an event of the kind return', SCHEMA = 'shop', TABLE = 'v_event',
            COLUMN = 'quantity';
    END IF;
    -- NaN counts as greater than every number.
    IF NEW.price < 0 OR NEW.price = 'NaN' THEN
        RAISE check_violation USING
            MESSAGE = format('price: %s is no price', NEW.price),
            HINT = 'give the price of one piece, or leave it out', SCHEMA = 'shop', TABLE = 'v_event', COLUMN = 'price';
    END IF;
    INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, session, device, order_ref)
    VALUES (NEW.kind::shop.event_kind, customer_id, item_id, NEW.at, NEW.quantity, NEW.price, NEW.session, NEW.device,
        NEW.order_ref);
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION shop.report_event() FROM PUBLIC;
