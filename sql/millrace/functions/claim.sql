-- Takes up to `wanted` jobs for a worker, over the lanes that it can run.
--
-- Of each open lane the first job is looked up, from the place on that the worker knows to be settled (known_floors; see
-- ready.sql). Lanes that have jobs are worked off by priority. Those of equal priority share what is wanted by the age of
-- their jobs, or, when they are many, the ones with the oldest first jobs take turns. A lane whose queue is paused, or one of
-- whose limits is full, is not read at all. Jobs that came back unfinished stand in front, and are found by an index of their
-- own.
--
-- A worker that was declared lost, or drains, is given nothing: what it started would only be taken from it again. All jobs
-- of a claim get the same new epoch, which every later statement about them must name.
--
-- known_floors  {"lane": place}: the place of each lane from which on to look; from the front where it is not named
-- suspects      how many jobs may be given that took down so many workers that the next one quarantines them. A worker runs
--               one of them at a time, so that the others are not blamed for it.
-- busy          {"queue": n}: how many jobs of each queue the worker has; NULL when it keeps no slots for queues
-- look_closer   whether to tell transactions that take places from others, which takes a look at all locks
--
-- epoch         NULL when there is nothing to take
-- job_ids …     by place: the jobs, in the order to run them
-- details       what few jobs have: {"max_attempts", "timeout_ms", "logical_time", "parent_id", "run_id", "step", "needs",
--               "remaining_ms", "expired", "trace"}; NULL for the others
-- seen_lanes    all lanes that it looked at, with
-- heads         the first place that is taken in each; NULL when there is none
-- horizon       the newest place given out, read before
-- oldest_xid    the oldest transaction that ran then (and may have taken a place), and
-- next_xid      this claim's own: all that had a place by then have lower ones. NULL when no lane has jobs
-- suspect_at    from so many crashes on a job is suspect
CREATE OR REPLACE FUNCTION millrace.claim(
    for_worker bigint, wanted integer, of_queues text[], of_plugins text[], of_versions integer[],
    known_floors jsonb DEFAULT '{}', suspects integer DEFAULT 1, busy jsonb DEFAULT '{}', look_closer boolean DEFAULT false,
    OUT epoch bigint, OUT job_ids bigint[], OUT lane_ids integer[], OUT enqueued_ats timestamptz[], OUT attempts smallint[],
    OUT crash_counts smallint[], OUT most_attempts smallint[], OUT timeouts bigint[], OUT args jsonb[], OUT details jsonb[],
    OUT seen_lanes integer[], OUT heads bigint[], OUT horizon bigint, OUT oldest_xid bigint, OUT next_xid bigint,
    OUT suspect_at smallint
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    facts record;
    host worker;
    moment timestamptz;
    parts lane_part[];
    single lane_part;
    chosen tid[];
    limited integer[] := '{}';
    has_ranks boolean;
    is_plain boolean;
    earliest timestamptz;
    latest timestamptz;
BEGIN
    -- Not by the worker's state as well: that would invite the plan that reads all that are alive. limit_rule is named for its
    -- lock: whoever sets a limit waits for the claims on their way, which it could not count, and claims wait for it, limited by
    -- then or not.
    SELECT worker AS host, (SELECT greatest(value::smallint - 1, 1) FROM setting WHERE name = 'quarantine_after_crashes') AS suspect_at,
        (SELECT last_value FROM job_id_seq) AS horizon, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_xid,
        EXISTS (SELECT FROM ready WHERE ready.pos < 0) AS has_front, EXISTS (SELECT FROM limit_rule) AS has_limits
    INTO facts
    FROM worker WHERE worker.id = for_worker;
    host := facts.host;
    IF host.state IS DISTINCT FROM 'alive' THEN
        RETURN;
    END IF;
    IF host.queue_slots <> '{}' AND busy IS NULL THEN
        RETURN; -- It has not heard yet that it has to count.
    END IF;
    suspect_at := facts.suspect_at;
    horizon := facts.horizon;
    oldest_xid := facts.oldest_xid;
    IF look_closer THEN
        oldest_xid := oldest_place_taker();
    END IF;

    SELECT array_agg(look.id), array_agg(look.head),
        array_agg((look.id, look.priority, look.head, 9223372036854775807, 0, 32767, wanted)::lane_part)
            FILTER (WHERE look.head IS NOT NULL)
    INTO seen_lanes, heads, parts
    FROM (
        SELECT lane.id, lane.priority, (
            SELECT ready.pos FROM ready
            WHERE ready.lane_id = lane.id AND ready.pos >= coalesce((known_floors ->> lane.id::text)::bigint, 0)
            ORDER BY ready.pos LIMIT 1) AS head
        FROM lane
        WHERE lane.plugin = ANY (of_plugins) AND lane.args_version <= of_versions[array_position(of_plugins, lane.plugin)]
            AND (of_queues IS NULL OR lane.queue = ANY (of_queues))
            AND lane.queue NOT IN (SELECT queue.name FROM queue WHERE queue.paused_at IS NOT NULL)
        ORDER BY lane.priority, head
    ) AS look;
    IF facts.has_front THEN
        parts := add_front(parts, seen_lanes, suspects, wanted, suspect_at);
    END IF;
    IF parts IS NULL OR wanted < 1 THEN
        RETURN;
    END IF;
    -- Not the end of a snapshot: transactions that run may have higher numbers than that.
    next_xid := pg_current_xact_id()::text::bigint;

    -- Two claims of very many jobs at once would each walk over all that the other has locked. They take turns.
    IF wanted >= 200 THEN
        PERFORM pg_advisory_xact_lock(hashtext('millrace.claim'), (parts[1]).lane_id);
    END IF;

    IF facts.has_limits THEN
        limited := ARRAY(SELECT DISTINCT lane_limit.lane_id FROM lane_limit WHERE lane_limit.lane_id = ANY (seen_lanes));
    END IF;
    IF limited <> '{}' OR host.queue_slots <> '{}' OR host.queue_weights <> '{}' THEN
        chosen := choose_within_limits(host, wanted, parts, busy);
    ELSIF cardinality(parts) = 1 THEN
        -- As choose_by_age does where no lanes have to share.
        single := parts[1];
        SELECT array_agg(found.tid) INTO chosen
        FROM (
            SELECT ready.ctid AS tid FROM ready
            WHERE ready.lane_id = single.lane_id AND ready.pos >= single.head AND ready.pos <= single.last
                AND ready.crashes BETWEEN single.least_crashes AND single.most_crashes
            ORDER BY ready.pos LIMIT least(wanted, single.most) FOR UPDATE SKIP LOCKED
        ) AS found;
    ELSE
        SELECT found.chosen INTO chosen FROM choose_by_age(wanted, parts) AS found;
    END IF;
    IF chosen IS NULL THEN
        RETURN;
    END IF;

    has_ranks := parts[1].priority <> parts[cardinality(parts)].priority;
    epoch := nextval('epoch_seq');
    moment := clock();
    WITH taken AS (
        DELETE FROM ready WHERE ready.ctid = ANY (chosen) RETURNING ready.*
    ), leased AS (
        INSERT INTO lease (job_id, epoch, enqueued_at, lane_id, attempt, crashes, weight, traits, worker_id, claimed_at)
        SELECT taken.job_id, claim.epoch, taken.enqueued_at, taken.lane_id, taken.attempt + 1, taken.crashes, taken.weight,
            taken.traits, for_worker, moment
        FROM taken
    )
    SELECT array_agg(given.job_id), array_agg(given.lane_id), array_agg(given.enqueued_at), array_agg(given.attempt + 1::smallint),
        array_agg(given.crashes), array_agg(given.max_attempts), array_agg(given.timeout_ms), array_agg(given.args),
        bool_and(given.args IS NOT NULL), min(given.enqueued_at), max(given.enqueued_at)
    INTO job_ids, lane_ids, enqueued_ats, attempts, crash_counts, most_attempts, timeouts, args, is_plain, earliest, latest
    FROM (
        -- Not by a join: that looks up the lane of each before it asks whether it has to, a tenth of the claim.
        SELECT taken.* FROM taken
        ORDER BY CASE WHEN has_ranks THEN (SELECT lane.priority FROM lane WHERE lane.id = taken.lane_id) END, taken.pos
    ) AS given;

    IF limited && lane_ids THEN
        INSERT INTO limit_claim (epoch, job_ids) VALUES (claim.epoch, claim.job_ids);
    END IF;

    IF NOT is_plain THEN
        -- The range of times keeps the plan to the partitions that the jobs are in.
        SELECT array_agg(CASE WHEN job.id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
            'max_attempts', job.max_attempts, 'timeout_ms', job.timeout_ms, 'logical_time', job.logical_time,
            'parent_id', job.parent_id, 'run_id', job.run_id, 'step', job.step, 'needs', job.needs,
            'remaining_ms', (extract(epoch FROM job.deadline_at - moment) * 1000)::bigint,
            'expired', CASE WHEN job.expires_at < moment AND attempts[given.place] = 1 THEN true END))
            || CASE WHEN job.trace IS NULL THEN '{}' ELSE jsonb_build_object('trace', job.trace) END
            END ORDER BY given.place),
            array_agg(coalesce(given.args, job.args) ORDER BY given.place)
        INTO details, args
        FROM unnest(job_ids, enqueued_ats, args) WITH ORDINALITY AS given(id, at, args, place)
        LEFT JOIN job ON job.id = given.id AND job.enqueued_at = given.at AND given.args IS NULL
            AND job.enqueued_at BETWEEN earliest AND latest;
    END IF;
END
$$;

-- Adds what stands in front of the lanes, before 0: jobs that came back unfinished, and of the suspect ones those of one lane.
CREATE OR REPLACE FUNCTION millrace.add_front(
    parts millrace.lane_part[], lanes integer[], suspects integer, wanted integer, suspect_at smallint
) RETURNS millrace.lane_part[]
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
BEGIN
    RETURN (
        SELECT array_agg(known.part ORDER BY (known.part).priority, (known.part).head)
        FROM (
            SELECT (ready.lane_id, min(lane.priority), min(ready.pos), -1, 0, suspect_at - 1, wanted)::lane_part AS part
            FROM ready JOIN lane ON lane.id = ready.lane_id
            WHERE ready.pos < 0 AND ready.crashes < suspect_at AND ready.lane_id = ANY (lanes)
            GROUP BY ready.lane_id
            UNION ALL
            (SELECT (ready.lane_id, lane.priority, ready.pos, -1, suspect_at, 32767, suspects)::lane_part
            FROM ready JOIN lane ON lane.id = ready.lane_id
            WHERE ready.pos < 0 AND ready.crashes >= suspect_at AND ready.lane_id = ANY (lanes) AND suspects > 0
            ORDER BY lane.priority, ready.pos LIMIT 1)
            UNION ALL
            SELECT (part.lane_id, part.priority, part.head, part.last, part.least_crashes, part.most_crashes, part.most)::lane_part
            FROM unnest(parts) AS part
        ) AS known);
END
$$;

-- Locks the jobs to take where nothing but priority and age decides. Says what they count and weigh by lane, a lane perhaps twice,
-- or NULL where that is not known, since lanes were mixed.
CREATE OR REPLACE FUNCTION millrace.choose_by_age(
    wanted integer, parts millrace.lane_part[], OUT chosen tid[], OUT sums millrace.lane_sum[]
)
LANGUAGE plpgsql
SET search_path = millrace, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off AS $$
DECLARE
    total integer := cardinality(parts);
    first integer := 1;
    last integer;
    equals lane_part[];
    shares integer[];
    remaining integer := wanted;
    locked tid[];
    weight bigint;
BEGIN
    chosen := '{}';
    sums := '{}';
    WHILE first <= total AND remaining > 0 LOOP
        last := first;
        -- Of very many the ones with the oldest jobs, a few jobs each, so that what is looked at stays in proportion.
        WHILE last < total AND parts[last + 1].priority = parts[first].priority AND last - first < 63 LOOP
            last := last + 1;
        END LOOP;
        equals := parts[first:last];
        IF last = first THEN
            shares := ARRAY[least(remaining, equals[1].most)];
        ELSIF last - first >= 16 THEN
            shares := ARRAY(SELECT least(part.most, 1 + remaining / cardinality(equals)) FROM unnest(equals) AS part);
        ELSE
            SELECT array_agg(least(part.most, coalesce(oldest.count, 0)) ORDER BY part.place) INTO shares
            FROM unnest(equals) WITH ORDINALITY AS part(lane_id, priority, head, last, least_crashes, most_crashes, most, place)
            LEFT JOIN (
                SELECT peeked.place, count(*)::integer AS count
                FROM (
                    SELECT part.place, candidate.pos
                    FROM unnest(equals) WITH ORDINALITY
                        AS part(lane_id, priority, head, last, least_crashes, most_crashes, most, place)
                    CROSS JOIN LATERAL (
                        SELECT ready.pos FROM ready
                        WHERE ready.lane_id = part.lane_id AND ready.pos >= part.head AND ready.pos <= part.last
                        ORDER BY ready.pos LIMIT 4 + 2 * remaining / cardinality(equals)
                    ) AS candidate
                    ORDER BY candidate.pos LIMIT remaining
                ) AS peeked
                GROUP BY peeked.place
            ) AS oldest ON oldest.place = part.place;
        END IF;
        SELECT array_agg(found.tid), sum(found.weight) INTO locked, weight
        FROM unnest(equals, shares) AS part(lane_id, priority, head, last, least_crashes, most_crashes, most, share)
        CROSS JOIN LATERAL (
            SELECT ready.ctid AS tid, ready.weight FROM ready
            WHERE ready.lane_id = part.lane_id AND ready.pos >= part.head AND ready.pos <= part.last
                AND ready.crashes BETWEEN part.least_crashes AND part.most_crashes
            ORDER BY ready.pos LIMIT part.share FOR UPDATE SKIP LOCKED
        ) AS found;
        chosen := chosen || locked[1:remaining];
        IF last > first THEN
            sums := NULL;
        ELSIF locked IS NOT NULL AND sums IS NOT NULL THEN
            sums := sums || (equals[1].lane_id, cardinality(locked), weight)::lane_sum;
        END IF;
        remaining := wanted - cardinality(chosen);
        first := last + 1;
    END LOOP;
    chosen := nullif(chosen, '{}');
END
$$;
