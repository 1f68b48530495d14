CREATE OR REPLACE VIEW shop.v_segment AS
    SELECT segment.* FROM shop.segment
    WHERE segment.build_id = (SELECT id FROM shop.profile_build ORDER BY built_at DESC LIMIT 1)
    ORDER BY segment.segment;
COMMENT ON VIEW shop.v_segment IS 'The segments of the newest build.';

CREATE OR REPLACE VIEW shop.recommendation AS
    SELECT listed.customer_id, listed.rank, listed.item_id, listed.score, listed.model_id, listed.because, listed.origin
    FROM shop.model JOIN shop.model_recommendation AS listed ON listed.model_id = model.id
    WHERE model.served AND model.kind = 'als';
COMMENT ON VIEW shop.recommendation IS
    'Best items for each customer from the served model, best first. All change at once when another model is served.';

CREATE OR REPLACE VIEW shop.v_segment_group AS
    SELECT segment_group.* FROM shop.segment_group
    WHERE segment_group.build_id = (SELECT id FROM shop.profile_build ORDER BY built_at DESC LIMIT 1)
    ORDER BY segment_group.level;
COMMENT ON VIEW shop.v_segment_group IS
    'The tree of segments of the newest build, from all customers down: its inner nodes, and which segments are in each.';

CREATE OR REPLACE VIEW shop.v_segment_history AS
    SELECT history.build_id, build.built_at, history.identity, history.change, history.segment, history.name,
        history.customers, history.previous_build_id, history.previous_segment, history.origin, history.overlap,
        history.shift
    FROM shop.segment_history AS history JOIN shop.profile_build AS build ON build.id = history.build_id
    ORDER BY build.built_at DESC, history.segment NULLS LAST, history.identity;
COMMENT ON VIEW shop.v_segment_history IS 'What became of each segment in each build, the newest build first.';

CREATE OR REPLACE VIEW shop.v_segment_drift AS
    SELECT build.id AS build_id, build.built_at, (build.drift ->> 'compared_with')::bigint AS compared_with,
        (build.drift ->> 'customers_in_both')::integer AS customers_in_both,
        (build.drift ->> 'customers_moved')::integer AS customers_moved, feature.value ->> 'feature' AS feature,
        (feature.value ->> 'psi')::double precision AS psi, feature.value ->> 'verdict' AS verdict
    FROM shop.profile_build AS build
    LEFT JOIN LATERAL jsonb_array_elements(build.drift -> 'features') WITH ORDINALITY AS feature(value, place) ON true
    WHERE build.drift IS NOT NULL
    ORDER BY build.built_at DESC, feature.place;
COMMENT ON VIEW shop.v_segment_drift IS
    'What has moved from build to build: customers that changed their segment, and by feature the population stability '
    'index of all customers, the one that moved most first.';

CREATE OR REPLACE VIEW shop.v_recommendation AS
    SELECT recommendation.customer_id, customer.code AS customer, customer.name, recommendation.rank, item.id AS item_id,
        item.code AS item, item.title, item.category, item.price, item.currency, recommendation.score,
        ARRAY(SELECT reason_item.title
            FROM jsonb_array_elements(recommendation.because) WITH ORDINALITY AS reason(value, place)
            JOIN shop.item AS reason_item ON reason_item.id = (reason.value ->> 'item_id')::integer
            ORDER BY reason.place) AS because,
        recommendation.model_id, recommendation.origin
    FROM shop.recommendation
    JOIN shop.customer ON customer.id = recommendation.customer_id
    JOIN shop.item ON item.id = recommendation.item_id;
COMMENT ON VIEW shop.v_recommendation IS 'Recommendations with names and the past items they come from.';

CREATE OR REPLACE VIEW shop.v_model AS
    SELECT model.id, model.kind, model.version, model.state, model.served,
        model.customers, model.items, model.interactions,
        model.data_from, model.data_to, model.parameters -> 'arguments' AS arguments, model.parameters -> 'estimate' AS estimate,
        model.metrics, parent.version AS parent, tuning.version AS tuning, model.job_id, model.code_version,
        EXISTS (SELECT FROM shop.model_recommendation AS listed WHERE listed.model_id = model.id) AS can_be_served,
        model.created_at, model.finished_at, model.served_at
    FROM shop.model
    LEFT JOIN shop.model AS parent ON parent.id = model.parent_id
    LEFT JOIN shop.model AS tuning ON tuning.id = model.tuning_id;
COMMENT ON VIEW shop.v_model IS 'Models with their versions, metrics, data and lineage.';

CREATE OR REPLACE VIEW shop.v_outbox AS
    SELECT outbox.id, outbox.campaign, outbox.edition, outbox.state, outbox.reason, customer.code AS customer,
        outbox.address, message.subject, profile.segment, outbox.attempts, outbox.planned_at, outbox.ended_at, outbox.reply
    FROM shop.outbox
    JOIN shop.customer ON customer.id = outbox.customer_id
    JOIN shop.message ON message.id = outbox.message_id
    LEFT JOIN shop.profile ON profile.customer_id = outbox.customer_id;
COMMENT ON VIEW shop.v_outbox IS 'What was sent to whom, and what became of it.';

CREATE OR REPLACE VIEW shop.v_campaign AS
    SELECT message.campaign, message.edition, count(*) AS written, count(message.problem) AS not_written,
        count(*) FILTER (WHERE outbox.state = 'planned') AS planned,
        count(*) FILTER (WHERE outbox.state = 'sending') AS sending,
        count(*) FILTER (WHERE outbox.state = 'sent') AS sent,
        count(*) FILTER (WHERE outbox.state = 'bounced') AS bounced,
        count(*) FILTER (WHERE outbox.state = 'failed') AS failed,
        count(*) FILTER (WHERE outbox.state = 'refused') AS refused,
        count(*) FILTER (WHERE outbox.state = 'unknown') AS unknown
    FROM shop.message LEFT JOIN shop.outbox ON outbox.message_id = message.id
    GROUP BY message.campaign, message.edition;
COMMENT ON VIEW shop.v_campaign IS 'Messages of each campaign by outcome.';

CREATE OR REPLACE VIEW shop.v_event AS
    SELECT event.kind::text AS kind, customer.code AS customer, item.code AS item, event.at, event.quantity, event.price,
        event.session, event.device, event.order_ref
    FROM shop.event
    JOIN shop.item ON item.id = event.item_id
    LEFT JOIN shop.customer ON customer.id = event.customer_id;
COMMENT ON VIEW shop.v_event IS
    'Events by the shop''s own codes. INSERT reports new ones, each checked; nothing else can be done to them.';
CREATE OR REPLACE TRIGGER report_event INSTEAD OF INSERT ON shop.v_event
    FOR EACH ROW EXECUTE FUNCTION shop.report_event();

GRANT USAGE ON SCHEMA shop TO millrace_worker, millrace_reader, millrace_producer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO millrace_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO millrace_worker;
GRANT SELECT ON shop.v_segment, shop.v_segment_group, shop.v_segment_history, shop.v_segment_drift,
    shop.v_recommendation, shop.v_model, shop.model_validation, shop.tuning_trial, shop.v_outbox, shop.v_campaign
    TO millrace_reader;
-- Whoever may enqueue work may report what it works on.
GRANT INSERT ON shop.v_event TO millrace_producer;
