import Foundation
import Millrace
import Postgres

private let factsStatement: Statement = """
    SELECT recommendation.customer_id, customer.name, customer.locale, segment.name AS segment, segment.stage,
        item.id AS item_id, item.title, item.price::text AS price, item.currency,
        reason.id AS reason_id, reason.title AS reason_title, recommendation.origin
    FROM shop.recommendation
    JOIN shop.customer ON customer.id = recommendation.customer_id
    JOIN shop.item ON item.id = recommendation.item_id
    LEFT JOIN shop.item AS reason ON reason.id = (recommendation.because -> 0 ->> 'item_id')::integer
    LEFT JOIN shop.profile ON profile.customer_id = recommendation.customer_id
    LEFT JOIN shop.segment ON segment.build_id = profile.build_id AND segment.segment = profile.segment
    WHERE recommendation.customer_id > $1 AND recommendation.customer_id <= $2 AND recommendation.rank <= $3
    ORDER BY recommendation.customer_id, recommendation.rank
    """

/// A message that is planned for delivery is not rewritten any more.
private let writeStatement: Statement = """
    INSERT INTO shop.message AS known (campaign, edition, customer_id, template, template_version, locale, subject,
        text_body, html_body, facts, problem, job_id)
    SELECT $1, $2, new.customer_id, $3, new.version, new.locale, new.subject, new.text, new.html, new.facts, new.problem, $4
    FROM unnest($5::integer[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::text[])
        AS new(customer_id, version, locale, subject, text, html, facts, problem)
    ON CONFLICT (campaign, edition, customer_id) DO UPDATE
    SET template = excluded.template, template_version = excluded.template_version, locale = excluded.locale,
        subject = excluded.subject, text_body = excluded.text_body, html_body = excluded.html_body,
        facts = excluded.facts, problem = excluded.problem, job_id = excluded.job_id, created_at = clock_timestamp()
    WHERE NOT EXISTS (
        SELECT FROM shop.outbox WHERE outbox.campaign = known.campaign AND outbox.edition = known.edition
            AND outbox.customer_id = known.customer_id)
    """

/// Writes the messages of some customers, in the transaction that completes the job.
struct WriteContent: Plugin {
    struct Arguments: Codable, Sendable {
        let campaign: String
        /// As the planner found it: a part that runs after the week has turned still writes for the same one.
        let edition: String
        /// Customers with a higher id than this …
        let after: Int32
        /// … up to this one.
        let through: Int32
    }

    /// How many messages there are, and for how many customers none could be written.
    struct Result: Codable, Sendable {
        var written = 0, notWritten = 0

        enum CodingKeys: String, CodingKey {
            case written
            case notWritten = "not_written"
        }
    }

    static let name = "content-batch.write"
    static let summary = "Part of content-batch: writes the messages of some customers."

    func run(_ job: JobContext<Arguments>) async throws {
        let arguments = job.arguments
        let campaign = try await CampaignEdition(arguments.campaign, at: job.logicalTime, on: job.database)
        let templates = try await job.database.templates(named: campaign.template)
        guard !templates.isEmpty else {
            throw PermanentFailure("there is no template \"\(campaign.template)\"  →  add one to shop.template")
        }
        let customers = try await job.database.query(
            factsStatement, arguments.after, arguments.through, Int32(campaign.items)
        ).groupedByCustomer()

        var messages: [WrittenMessage] = []
        var result = Result()
        for (index, customer) in customers.enumerated() {
            try job.checkCancellation()
            let message = try WrittenMessage(customer, of: campaign, templates)
            if message.problem == nil { result.written += 1 } else { result.notWritten += 1 }
            messages.append(message)
            if index % 100 == 0 {
                job.progress(index, of: customers.count, "writing messages")
                await Task.yield()
            }
        }
        try await job.complete(result: result) { [messages] transaction in
            try await transaction.execute(
                writeStatement, campaign.name, arguments.edition, campaign.template, job.id.rawValue,
                messages.map(\.customer), messages.map { Int32($0.version) }, messages.map(\.locale),
                messages.map(\.filled?.subject), messages.map(\.filled?.text), messages.map(\.filled?.html),
                messages.map(\.facts), messages.map(\.problem))
        }
    }
}
