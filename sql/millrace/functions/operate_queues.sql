-- What people do to queues and workers.

-- Makes sure that there is such a queue: it has had jobs, or a published plugin names it, or the caller says that it is new.
CREATE OR REPLACE FUNCTION millrace.know_queue(queue_name text, is_new boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM queue WHERE queue.name = queue_name) THEN
        RETURN;
    END IF;
    IF NOT is_new AND queue_name <> 'default' AND NOT EXISTS (SELECT FROM plugin WHERE plugin.queue = queue_name) THEN
        RAISE EXCEPTION 'no queue %', queue_name USING ERRCODE = 'no_data_found',
            HINT = coalesce('There are: ' || (SELECT string_agg(known.name, ', ' ORDER BY known.name)
                FROM (SELECT queue.name FROM queue UNION SELECT plugin.queue FROM plugin) AS known) || '. ', '')
                || 'A queue comes with its first job; say that it is new (is_new => true, or --new) to have it before.';
    END IF;
    INSERT INTO queue (name) VALUES (queue_name) ON CONFLICT DO NOTHING;
END
$$;

-- Stops the claiming of a queue's jobs; running ones go on.
CREATE OR REPLACE FUNCTION millrace.pause_queue(name text, paused_by text DEFAULT NULL, is_new boolean DEFAULT false) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT know_queue(pause_queue.name, is_new);
    UPDATE queue SET paused_at = coalesce(paused_at, clock()),
        paused_by = coalesce(queue.paused_by, pause_queue.paused_by, session_user)
    WHERE queue.name = pause_queue.name
$$;

-- Lets a queue take new jobs no longer; those it has are worked off.
CREATE OR REPLACE FUNCTION millrace.drain_queue(name text, drained_by text DEFAULT NULL, is_new boolean DEFAULT false) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT know_queue(drain_queue.name, is_new);
    UPDATE queue SET draining_at = coalesce(draining_at, clock()),
        draining_by = coalesce(queue.draining_by, drain_queue.drained_by, session_user)
    WHERE queue.name = drain_queue.name
$$;

-- Opens a queue again that was paused or let drain.
CREATE OR REPLACE FUNCTION millrace.resume_queue(name text) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
    SELECT know_queue(resume_queue.name, false);
    UPDATE queue SET paused_at = NULL, paused_by = NULL, draining_at = NULL, draining_by = NULL
    WHERE queue.name = resume_queue.name
$$;

-- Lets jobs of a queue gain a step of priority each time they have waited so long; NULL for no more. What they have gained
-- stays.
CREATE OR REPLACE FUNCTION millrace.set_aging(name text, every interval, is_new boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = millrace, pg_temp AS $$
BEGIN
    IF every < interval '1 millisecond' THEN
        RAISE EXCEPTION 'queue %: aging every %', set_aging.name, every USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give a length of time above zero, or NULL for no aging.';
    END IF;
    PERFORM know_queue(set_aging.name, is_new);
    UPDATE queue SET aging_ms = (extract(epoch FROM every) * 1000)::bigint WHERE queue.name = set_aging.name;
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
