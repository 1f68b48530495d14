-- What people do to queues and workers.

-- Stops the claiming of a queue's jobs; running ones go on.
CREATE OR REPLACE FUNCTION millrace.pause_queue(name text, paused_by text DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    INSERT INTO queue AS known (name, paused_at, paused_by)
    VALUES (pause_queue.name, clock(), coalesce(pause_queue.paused_by, session_user))
    ON CONFLICT ON CONSTRAINT queue_pkey DO UPDATE
    SET paused_at = coalesce(known.paused_at, excluded.paused_at),
        paused_by = coalesce(known.paused_by, excluded.paused_by)
$$;

-- Lets a queue take new jobs no longer; those it has are worked off.
CREATE OR REPLACE FUNCTION millrace.drain_queue(name text, drained_by text DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    INSERT INTO queue AS known (name, draining_at, draining_by)
    VALUES (drain_queue.name, clock(), coalesce(drain_queue.drained_by, session_user))
    ON CONFLICT ON CONSTRAINT queue_pkey DO UPDATE
    SET draining_at = coalesce(known.draining_at, excluded.draining_at),
        draining_by = coalesce(known.draining_by, excluded.draining_by)
$$;

-- Opens a queue again that was paused or let drain.
CREATE OR REPLACE FUNCTION millrace.resume_queue(name text) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    UPDATE queue SET paused_at = NULL, paused_by = NULL, draining_at = NULL, draining_by = NULL
    WHERE queue.name = resume_queue.name
$$;

-- Lets jobs of a queue gain a step of priority each time they have waited so long; NULL for no more. What they have gained
-- stays.
CREATE OR REPLACE FUNCTION millrace.set_aging(name text, every interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF every < interval '1 millisecond' THEN
        RAISE EXCEPTION 'queue %: aging every %', set_aging.name, every USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a length of time above zero, or NULL for no aging.';
    END IF;
    INSERT INTO queue AS known (name, aging_ms) VALUES (set_aging.name, (extract(epoch FROM every) * 1000)::bigint)
    ON CONFLICT ON CONSTRAINT queue_pkey DO UPDATE SET aging_ms = excluded.aging_ms;
END
$$;

-- Lets the workers of that name finish what they run and claim nothing more. Returns how many there are.
CREATE OR REPLACE FUNCTION millrace.drain_worker(name text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    told integer;
BEGIN
    WITH drained AS (
        UPDATE worker SET state = 'draining'
        WHERE worker.name = drain_worker.name AND worker.state IN ('alive', 'draining') RETURNING id
    )
    SELECT count(pg_notify('millrace_control', id::text)) INTO told FROM drained;
    IF told = 0 THEN
        RAISE EXCEPTION 'no live worker is called %', drain_worker.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace worker list` shows the workers there are.';
    END IF;
    RETURN told;
END
$$;

-- Changes how many jobs the workers of that name run at once: in all, or of one queue (0 for none of it, NULL for no bound
-- of its own). They follow within a heartbeat. Returns how many there are.
CREATE OR REPLACE FUNCTION millrace.set_slots(name text, slots integer, queue text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    told integer;
BEGIN
    IF set_slots.slots < 0 OR (set_slots.slots IS NULL AND set_slots.queue IS NULL) THEN
        RAISE EXCEPTION 'worker %: % slots', set_slots.name, coalesce(set_slots.slots::text, 'no') USING
            ERRCODE = 'invalid_parameter_value', HINT = 'Give a number from 0 on.';
    END IF;
    WITH changed AS (
        UPDATE worker SET
            slots = CASE WHEN set_slots.queue IS NULL THEN set_slots.slots ELSE worker.slots END,
            queue_slots = CASE
                WHEN set_slots.queue IS NULL THEN worker.queue_slots
                WHEN set_slots.slots IS NULL THEN worker.queue_slots - set_slots.queue
                ELSE worker.queue_slots || jsonb_build_object(set_slots.queue, set_slots.slots) END
        WHERE worker.name = set_slots.name AND worker.state = 'alive' RETURNING id
    )
    SELECT count(pg_notify('millrace_control', id::text)) INTO told FROM changed;
    IF told = 0 THEN
        RAISE EXCEPTION 'no live worker is called %', set_slots.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace worker list` shows the workers there are.';
    END IF;
    RETURN told;
END
$$;

-- Changes the weight of a queue for the workers of that name; NULL takes it away. Returns how many there are.
CREATE OR REPLACE FUNCTION millrace.set_queue_weight(name text, queue text, weight integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
DECLARE
    told integer;
BEGIN
    IF set_queue_weight.weight NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'queue %: weight %', set_queue_weight.queue, set_queue_weight.weight USING
            ERRCODE = 'invalid_parameter_value', HINT = 'Give a number from 1 to 1000, or NULL for none.';
    END IF;
    UPDATE worker SET queue_weights = CASE WHEN set_queue_weight.weight IS NULL THEN queue_weights - set_queue_weight.queue
        ELSE queue_weights || jsonb_build_object(set_queue_weight.queue, set_queue_weight.weight) END
    WHERE worker.name = set_queue_weight.name AND worker.state = 'alive';
    GET DIAGNOSTICS told = ROW_COUNT;
    IF told = 0 THEN
        RAISE EXCEPTION 'no live worker is called %', set_queue_weight.name USING ERRCODE = 'no_data_found',
            HINT = '`millrace worker list` shows the workers there are.';
    END IF;
    RETURN told;
END
$$;
