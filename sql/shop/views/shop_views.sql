CREATE OR REPLACE VIEW shop.v_segment AS
    SELECT segment.* FROM shop.segment
    WHERE segment.build_id = (SELECT id FROM shop.profile_build ORDER BY built_at DESC LIMIT 1)
    ORDER BY segment.segment;
COMMENT ON VIEW shop.v_segment IS 'The segments of the newest build.';

CREATE OR REPLACE VIEW shop.v_recommendation AS
    SELECT recommendation.customer_id, customer.code AS customer, customer.name, recommendation.rank, item.id AS item_id,
        item.code AS item, item.title, item.category, item.price, item.currency, recommendation.score,
        ARRAY(SELECT reason_item.title
            FROM jsonb_array_elements(recommendation.because) WITH ORDINALITY AS reason(value, place)
            JOIN shop.item AS reason_item ON reason_item.id = (reason.value ->> 'item_id')::integer
            ORDER BY reason.place) AS because,
        recommendation.model_id
    FROM shop.recommendation
    JOIN shop.customer ON customer.id = recommendation.customer_id
    JOIN shop.item ON item.id = recommendation.item_id;
COMMENT ON VIEW shop.v_recommendation IS 'Recommendations with names and the past items they come from.';

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
GRANT SELECT ON shop.v_segment, shop.v_recommendation, shop.v_outbox, shop.v_campaign TO millrace_reader;
-- Whoever may enqueue work may report what it works on.
GRANT INSERT ON shop.v_event TO millrace_producer;
