-- Who may do what. Functions can be executed by nobody unless it is said here.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA millrace FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA millrace TO millrace_worker;
REVOKE INSERT, UPDATE, DELETE ON millrace.migration FROM millrace_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA millrace TO millrace_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA millrace TO millrace_worker;

GRANT EXECUTE ON FUNCTION
    millrace.enqueue(text, jsonb, text, integer, timestamptz, integer, interval, text[], bigint[], timestamptz, jsonb),
    millrace.enqueue_many(jsonb), millrace.enqueue_each(jsonb, jsonb),
    millrace.enqueue_mixed(text[], integer[], jsonb), millrace.enqueue_one(jsonb, jsonb),
    millrace.run_pipeline(text, timestamptz, timestamptz, jsonb, bigint),
    millrace.cancel(bigint, text), millrace.retry(bigint), millrace.discard(bigint, text),
    millrace.reschedule(bigint, timestamptz), millrace.set_priority(bigint, integer), millrace.cancel_run(bigint, text),
    millrace.approve(bigint, text, boolean, text, text), millrace.rerun(bigint, text[], boolean, jsonb)
TO millrace_producer;

-- The views call these; a view reads tables as its owner but runs functions as its reader.
GRANT EXECUTE ON FUNCTION millrace.clock(), millrace.moment(timestamptz), millrace.output_of(bigint),
    millrace.last_successor(bigint), millrace.step_output(bigint, text), millrace.lane_is_full(integer),
    millrace.limit_room(integer[]), millrace.why_not_claimed(bigint)
TO millrace_reader, millrace_producer;

-- What every program looks at first: whether the database is at its version.
GRANT SELECT ON millrace.migration TO millrace_producer, millrace_reader;

GRANT SELECT ON millrace.v_job, millrace.v_queue, millrace.v_running, millrace.v_worker, millrace.v_schedule,
    millrace.v_pipeline, millrace.v_step, millrace.v_failure, millrace.v_limit, millrace.v_health, millrace.v_why, millrace.v_attempt
TO millrace_reader, millrace_worker;
