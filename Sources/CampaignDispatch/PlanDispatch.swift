import Logging
import Mail
import Millrace
import Postgres

/// Customers with a message that has not left yet, a few hundred to a job.
private let batchesStatement: Statement = """
    SELECT max(customer_id), count(*)
    FROM (
        SELECT message.customer_id, (row_number() OVER (ORDER BY message.customer_id) - 1) / $3 AS batch
        FROM shop.message
        LEFT JOIN shop.outbox ON outbox.campaign = message.campaign AND outbox.edition = message.edition
            AND outbox.customer_id = message.customer_id AND outbox.channel = 'email'
        WHERE message.campaign = $1 AND message.edition = $2 AND message.problem IS NULL
            AND (outbox.id IS NULL OR outbox.state = 'planned')
    ) AS waiting
    GROUP BY batch ORDER BY batch
    """

/// The unique key is why a second run plans nothing twice; the order keeps two planners from locking each other out.
private let planStatement: Statement = """
    INSERT INTO shop.outbox (campaign, edition, customer_id, channel, message_id, address)
    SELECT message.campaign, message.edition, message.customer_id, 'email', message.id, coalesce(customer.email, '')
    FROM shop.message LEFT JOIN shop.customer ON customer.id = message.customer_id
    WHERE message.campaign = $1 AND message.edition = $2 AND message.problem IS NULL
    ORDER BY message.customer_id
    ON CONFLICT (campaign, edition, customer_id, channel) DO NOTHING
    """

/// Plans the mails of an edition of a campaign: a job for every few hundred customers, and one that counts.
struct PlanDispatch: Plugin {
    struct Arguments: Codable, Sendable {
        var campaign = "weekly-picks"
        var batchSize = 200

        enum CodingKeys: String, CodingKey {
            case campaign
            case batchSize = "batch_size"
        }
    }

    /// What the planning came to.
    struct Result: Codable, Sendable {
        let campaign: String, edition: String
        /// Mails to be sent or refused, those left over from an earlier run included.
        let mails: Int
        let batches: Int
    }

    let smtp: Swift.Result<SMTPConfiguration, SMTPConfigurationError>

    static let name = "campaign-dispatch"
    static let summary = "Sends the messages of a campaign by mail: once to each customer who agreed to it."
    static let arguments = ArgumentSchema(
        defaults: Arguments(),
        describing: [
            "campaign": .init("A campaign of shop.campaign."),
            "batch_size": .init("Mails per child job.", minimum: 1, maximum: 2000),
        ])

    func run(_ job: JobContext<Arguments>) async throws {
        _ = try smtp.forJob()
        let campaign = try await Campaign(job.arguments.campaign, at: job.logicalTime, on: job.database)
        let rows = try await job.database.query(
            batchesStatement, campaign.name, campaign.edition, Int64(job.arguments.batchSize))
        var parts: [SendMail.Arguments] = []
        var mails = 0
        for row in rows {
            let (last, count) = try row.decode(Int32.self, Int.self)
            // The ranges leave no gap, so that a message written in this moment belongs to one of them.
            parts.append(
                .init(campaign: campaign.name, edition: campaign.edition, after: parts.last?.through, through: last))
            mails += count
        }
        if !parts.isEmpty { parts[parts.count - 1].through = nil }
        let children = try parts.map { try JobRequest(SendMail.self, $0) }
        let finish = try JobRequest(CountDispatch.self, .init(campaign: campaign.name, edition: campaign.edition))
        job.log.info("planned", metadata: ["edition": "\(campaign.edition)", "mails": "\(mails)"])
        let result = Result(
            campaign: campaign.name, edition: campaign.edition, mails: mails, batches: children.count)
        try await job.complete(result: result, spawning: children, then: finish) { transaction in
            let lost = try await OutboxShare.giveUpLost(of: campaign, customers: .everybody, on: transaction)
            if lost > 0 { job.log.warning("an earlier run left mails in doubt", metadata: ["mails": "\(lost)"]) }
            try await transaction.execute(planStatement, campaign.name, campaign.edition)
        }
    }
}
