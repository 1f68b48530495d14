-- The edition of a campaign at a time: a customer gets at most one message of each. Days and weeks are those of UTC.
CREATE OR REPLACE FUNCTION shop.edition(period text, at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = shop, pg_temp AS $$
    SELECT CASE period
        WHEN 'day' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        WHEN 'week' THEN to_char(at AT TIME ZONE 'UTC', 'IYYY-"W"IW')
        WHEN 'month' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM')
        ELSE 'once' END
$$;
