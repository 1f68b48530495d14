-- Jobs whose row in millrace.job must stay: alive ones, and ended ones whose end is still kept.
CREATE OR REPLACE VIEW millrace.v_kept AS
    SELECT job_id, enqueued_at FROM millrace.ready
    UNION ALL
    SELECT job_id, enqueued_at FROM millrace.deferred
    UNION ALL
    SELECT job_id, enqueued_at FROM millrace.lease
    UNION ALL
    SELECT job_id, enqueued_at FROM millrace.finished;
