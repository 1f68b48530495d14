-- The four roles of the system, once for a whole server. They cannot log in: grant them to accounts.
--   millrace_owner     owns every object; `millrace migrate` acts as it
--   millrace_worker    claims, completes and schedules
--   millrace_producer  may enqueue and cancel through functions, and nothing else
--   millrace_reader    may read the views, and nothing else
-- Roles belong to the server and not to one database, so another database's migration may make them at the same moment.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['millrace_owner', 'millrace_worker', 'millrace_producer', 'millrace_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- made by a concurrent migration of another database
            END;
        END IF;
    END LOOP;

    -- A superuser is a member of every role already; anyone else has to become one to act as the owner.
    -- From 16 on membership alone does not allow SET ROLE, which is a right of its own.
    IF NOT pg_catalog.pg_has_role(current_user, 'millrace_owner',
        CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT millrace_owner TO %I', current_user);
    END IF;

    EXECUTE format('GRANT CREATE ON DATABASE %I TO millrace_owner', current_database());
    ALTER SCHEMA millrace OWNER TO millrace_owner;
    ALTER TABLE millrace.migration OWNER TO millrace_owner;
END
$$;

GRANT USAGE ON SCHEMA millrace TO millrace_worker, millrace_producer, millrace_reader;

-- The one clock. It is the database's own; only a test that wants tomorrow today sets `millrace.clock_offset` (an interval)
-- for its sessions. A plain SQL function, so that the planner writes it out where it is called.
CREATE FUNCTION millrace.clock() RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT clock_timestamp() + coalesce(nullif(current_setting('millrace.clock_offset', true), '')::interval, interval '0')
$$;
ALTER FUNCTION millrace.clock() OWNER TO millrace_owner;
COMMENT ON FUNCTION millrace.clock() IS 'The time that decides everything: that of the database.';
