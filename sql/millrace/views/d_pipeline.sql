CREATE OR REPLACE VIEW millrace.v_pipeline AS
    SELECT
        run.id AS run_id, run.pipeline, run.revision,
        CASE WHEN run.state = 'running' AND EXISTS (SELECT FROM millrace.pipeline_run AS earlier
            WHERE earlier.id = run.after_run_id AND earlier.state = 'running') THEN 'queued' ELSE run.state END AS state,
        run.reason, run.logical_time, run.parameters, run.started_at, run.finished_at,
        coalesce(run.finished_at, millrace.clock()) - run.started_at AS duration,
        (SELECT count(*) FROM jsonb_array_elements(run.definition -> 'steps')) AS steps,
        jobs.total AS jobs, jobs.ended, jobs.running, jobs.failed, run.deadline_at, run.after_run_id, run.parent_job_id,
        run.rerun_of, run.started_by
    FROM millrace.pipeline_run AS run
    LEFT JOIN LATERAL (
        SELECT count(*) AS total, count(finished.job_id) AS ended, count(lease.job_id) AS running,
            count(*) FILTER (WHERE finished.state IN ('failed', 'quarantined')) AS failed
        FROM millrace.job
        JOIN millrace.lane ON lane.id = job.lane_id AND lane.plugin NOT IN ('millrace.barrier', 'millrace.run-end')
        LEFT JOIN millrace.finished ON finished.job_id = job.id
        LEFT JOIN millrace.lease ON lease.job_id = job.id
        WHERE job.run_id = run.id
    ) AS jobs ON true;
COMMENT ON VIEW millrace.v_pipeline IS 'Pipeline runs and how far they are.';

-- A step is one job and all that it handed its work on to. Its state is that of whatever of it is furthest from done.
CREATE OR REPLACE VIEW millrace.v_step AS
    SELECT
        run.id AS run_id, run.pipeline, step.place::integer AS place, step.value ->> 'name' AS step,
        coalesce(step.value ->> 'plugin', CASE WHEN step.value ? 'approval' THEN 'approval' ELSE 'pipeline ' || (step.value ->> 'pipeline') END)
            AS plugin,
        ARRAY(SELECT need.value ->> 'step' FROM jsonb_array_elements(step.value -> 'needs') AS need) AS needs,
        CASE
            WHEN bool_or(job.state = 'running') THEN 'running'
            WHEN bool_or(job.state IN ('ready', 'parked', 'scheduled')) THEN
                CASE WHEN bool_or(job.state = 'succeeded') THEN 'running' WHEN bool_or(job.state = 'scheduled') THEN 'scheduled'
                    WHEN bool_or(job.state = 'ready') THEN 'ready' ELSE 'parked' END
            WHEN bool_or(job.state IN ('failed', 'quarantined')) THEN 'failed'
            WHEN bool_or(job.state = 'blocked') THEN 'blocked'
            WHEN bool_or(job.state = 'cancelled') THEN 'cancelled'
            WHEN bool_or(job.state = 'skipped') THEN 'skipped'
            WHEN bool_and(job.state = 'succeeded') THEN 'succeeded'
        END AS state,
        max(job.awaits) AS awaits,
        count(job.id) AS jobs,
        count(*) FILTER (WHERE job.state IN ('succeeded', 'skipped', 'failed', 'cancelled', 'quarantined')) AS ended,
        min(job.claimed_at) AS started_at, max(job.finished_at) AS finished_at,
        CASE WHEN bool_and(job.finished_at IS NOT NULL) THEN max(job.finished_at) ELSE millrace.clock() END
            - min(job.claimed_at) AS duration,
        sum(job.duration) AS work,
        millrace.step_output(run.id, step.value ->> 'name') AS output,
        max(job.reason) FILTER (WHERE job.state IN ('failed', 'quarantined', 'cancelled', 'skipped')) AS reason
    FROM millrace.pipeline_run AS run
    CROSS JOIN LATERAL jsonb_array_elements(run.definition -> 'steps') WITH ORDINALITY AS step(value, place)
    LEFT JOIN millrace.v_job AS job ON job.run_id = run.id AND job.step = step.value ->> 'name'
    GROUP BY run.id, run.pipeline, run.state, step.place, step.value;
COMMENT ON VIEW millrace.v_step IS 'The steps of each pipeline run.';

CREATE OR REPLACE VIEW millrace.v_schedule AS
    SELECT
        schedule.name AS schedule, schedule.namespace, schedule.pipeline, schedule.cadence, schedule.misfire, schedule.overlap,
        schedule.jitter_ms * interval '1 millisecond' AS jitter, schedule.next_slot,
        schedule.next_slot - millrace.clock() AS due_in, schedule.misfire_max, schedule.starts_at, schedule.ends_at,
        schedule.parameters, schedule.paused_at, schedule.paused_by,
        last.slot AS last_slot, last.outcome AS last_outcome, last.run_id AS last_run_id, run.state AS last_state
    FROM millrace.schedule
    LEFT JOIN LATERAL (
        SELECT slot, outcome, run_id FROM millrace.schedule_slot
        WHERE schedule_slot.schedule = schedule.name ORDER BY slot DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN millrace.pipeline_run AS run ON run.id = last.run_id;
COMMENT ON VIEW millrace.v_schedule IS 'Schedules, their next slot and what became of the last one.';
