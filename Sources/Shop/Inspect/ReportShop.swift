public import Millrace
public import Postgres

private let countsStatement: Statement = """
    SELECT (SELECT count(*) FROM shop.customer)::text, (SELECT count(*) FROM shop.item WHERE is_product)::text,
        (SELECT count(*) FROM shop.event)::text, (SELECT min(at)::date FROM shop.event)::text,
        (SELECT max(at)::date FROM shop.event)::text, (SELECT coalesce(sum(rows_rejected), 0) FROM shop.import)::text
    """

private let segmentsStatement: Statement = """
    SELECT segment::text, name, customers::text, (100 * share)::numeric(5, 1) || ' %', description
    FROM shop.v_segment ORDER BY v_segment.segment
    """

/// Empty for a first build: there is nothing that could have changed.
private let changesStatement: Statement = """
    SELECT change, coalesce(segment::text, ''), name, customers::text, coalesce(overlap::numeric(4, 2)::text, ''),
        coalesce(shift::numeric(8, 2)::text, '')
    FROM shop.v_segment_history
    WHERE build_id = (SELECT id FROM shop.profile_build ORDER BY built_at DESC LIMIT 1) AND previous_build_id IS NOT NULL
    ORDER BY segment NULLS LAST, identity
    """

private let campaignsStatement: Statement = """
    SELECT campaign, edition, written::text, not_written::text, planned::text, sending::text, sent::text, bounced::text,
        failed::text, refused::text, unknown::text
    FROM shop.v_campaign ORDER BY campaign, edition
    """

private let refusalsStatement: Statement = """
    SELECT campaign, edition, state, coalesce(reason, ''), count(*)::text
    FROM shop.outbox WHERE state NOT IN ('sent', 'planned')
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, count(*) DESC LIMIT 12
    """

/// Customers who got a message, from different segments, of each the one who is most like its average: in orders and
/// days since the last as ratios, since both are skewed.
private let examplesStatement: Statement = """
    SELECT customer_id FROM (
        SELECT DISTINCT ON (profile.segment) profile.customer_id, profile.segment
        FROM shop.profile
        JOIN shop.segment ON segment.build_id = profile.build_id AND segment.segment = profile.segment
        JOIN shop.outbox ON outbox.customer_id = profile.customer_id AND outbox.state = 'sent'
        ORDER BY profile.segment,
            abs(ln((profile.orders + 1) / ((segment.averages ->> 'orders')::float8 + 1)))
                + abs(ln((profile.recency_days + 1) / ((segment.averages ->> 'recency_days')::float8 + 1))),
            profile.customer_id
    ) AS typical
    ORDER BY segment LIMIT $1
    """

private let customerStatement: Statement = """
    SELECT customer.code, customer.name, customer.email, customer.country, segment.name, profile.orders::text,
        profile.recency_days::numeric(10, 0)::text, profile.monetary::numeric(12, 2)::text
            || coalesce(' ' || (SELECT mode() WITHIN GROUP (ORDER BY currency) FROM shop.item), ''),
        profile.churn_risk::numeric(4, 2)::text, profile.expected_value::numeric(12, 2)::text,
        profile.favourite_category, to_json(profile.last_order_at) #>> '{}'
    FROM shop.customer
    LEFT JOIN shop.profile ON profile.customer_id = customer.id
    LEFT JOIN shop.segment ON segment.build_id = profile.build_id AND segment.segment = profile.segment
    WHERE customer.id = $1
    """

private let recommendationsStatement: Statement = """
    SELECT rank::text, item, title, coalesce(price::numeric(12, 2)::text || ' ' || currency, ''), score::numeric(8, 3)::text,
        array_to_string(because[1:2], '; ')
    FROM shop.v_recommendation WHERE customer_id = $1 ORDER BY v_recommendation.rank LIMIT 5
    """

private let mailStatement: Statement = """
    SELECT message.campaign, message.edition, message.template || ' v' || message.template_version, message.subject,
        message.text_body, outbox.state, outbox.address, to_json(outbox.ended_at) #>> '{}', outbox.reply
    FROM shop.message LEFT JOIN shop.outbox ON outbox.message_id = message.id
    WHERE message.customer_id = $1 ORDER BY message.id DESC LIMIT 1
    """

extension Session {
    /// How much the shop holds.
    public func shopCounts() async throws -> Listing {
        try await listing(
            [
                .init("customers", .number), .init("items", .number), .init("events", .number), .init("from"),
                .init("to"),
                .init("rows_left_out", .number),
            ], countsStatement)
    }

    /// The segments of the newest build, the largest first.
    public func segments() async throws -> Listing {
        try await listing(
            [
                .init("segment", .number), .init("name"), .init("customers", .number), .init("share"),
                .init("description"),
            ], segmentsStatement)
    }

    /// What became of the segments of the build before the newest one; no row for a first build.
    public func segmentChanges() async throws -> Listing {
        try await listing(
            [
                .init("change"), .init("segment", .number), .init("name"), .init("customers", .number),
                .init("overlap", .number), .init("shift", .number),
            ], changesStatement)
    }

    /// Messages of each campaign by outcome.
    public func campaigns() async throws -> Listing {
        try await listing(
            [
                .init("campaign"), .init("edition"), .init("written", .number), .init("not_written", .number),
                .init("planned", .number), .init("sending", .number), .init("sent", .number), .init("bounced", .number),
                .init("failed", .number), .init("refused", .number), .init("unknown", .number),
            ], campaignsStatement)
    }

    /// Why messages did not go out.
    public func undelivered() async throws -> Listing {
        try await listing(
            [.init("campaign"), .init("edition"), .init("state"), .init("reason"), .init("messages", .number)],
            refusalsStatement)
    }

    /// Customers to show as examples: of each segment a typical one whose message was sent.
    public func exampleCustomers(_ count: Int) async throws -> [Int] {
        try await query(examplesStatement, Int32(count)).map { try $0[0] }
    }

    /// A customer's profile in one row.
    public func customerProfile(_ id: Int) async throws -> Listing {
        try await listing(
            [
                .init("code"), .init("name"), .init("email"), .init("country"), .init("segment"),
                .init("orders", .number), .init("days_since_last", .number), .init("mean_order"),
                .init("churn_risk", .number), .init("expected_value", .number),
                .init("favourite_category"), .init("last_order_at", .time),
            ], customerStatement, Int32(id))
    }

    /// A customer's best recommendations and the past items they come from.
    public func recommendations(for customer: Int) async throws -> Listing {
        try await listing(
            [
                .init("rank", .number), .init("item"), .init("title"), .init("price"), .init("score", .number),
                .init("because"),
            ], recommendationsStatement, Int32(customer))
    }

    /// The newest message of a customer and what became of it.
    public func latestMail(to customer: Int) async throws -> Listing {
        try await listing(
            [
                .init("campaign"), .init("edition"), .init("template"), .init("subject"), .init("text"), .init("state"),
                .init("address"), .init("ended_at", .time), .init("reply"),
            ], mailStatement, Int32(customer))
    }
}
