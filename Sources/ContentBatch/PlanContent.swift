import Logging
import Millrace
import Postgres

/// Whoever has recommendations, a few hundred to a job. A customer whose message is on its way already is left alone.
private let batchesStatement: Statement = """
    SELECT max(customer_id), count(*)
    FROM (
        SELECT recommendation.customer_id, (row_number() OVER (ORDER BY recommendation.customer_id) - 1) / $3 AS batch
        FROM shop.recommendation
        WHERE recommendation.rank = 1 AND NOT EXISTS (
            SELECT FROM shop.outbox
            WHERE outbox.campaign = $1 AND outbox.edition = $2 AND outbox.customer_id = recommendation.customer_id)
    ) AS customer
    GROUP BY batch ORDER BY batch
    """

/// Plans the messages of an edition of a campaign: a job for every few hundred customers, and one that counts.
struct PlanContent: Plugin {
    struct Arguments: Codable, Sendable {
        var campaign = "weekly-picks"
        var batchSize = 500

        enum CodingKeys: String, CodingKey {
            case campaign
            case batchSize = "batch_size"
        }
    }

    /// What the planning came to.
    struct Result: Codable, Sendable {
        let campaign: String, edition: String, customers: Int, batches: Int
    }

    static let name = "content-batch"
    static let summary = "Writes a personal message for each customer of a campaign from templates and recommendations."
    static let arguments = ArgumentSchema(
        defaults: Arguments(),
        describing: [
            "campaign": .init("A campaign of shop.campaign."),
            "batch_size": .init("Customers per child job.", minimum: 1, maximum: 10_000),
        ])

    func run(_ job: JobContext<Arguments>) async throws {
        let campaign = try await CampaignEdition(job.arguments.campaign, at: job.logicalTime, on: job.database)
        let rows = try await job.database.query(
            batchesStatement, campaign.name, campaign.edition, Int64(job.arguments.batchSize))
        var children: [JobRequest] = []
        var customers = 0
        var after: Int32 = 0
        for row in rows {
            let (last, count) = try row.decode(Int32.self, Int.self)
            children.append(
                try JobRequest(
                    WriteContent.self,
                    .init(campaign: campaign.name, edition: campaign.edition, after: after, through: last)))
            after = last
            customers += count
        }
        job.log.info("planned", metadata: ["edition": "\(campaign.edition)", "customers": "\(customers)"])
        let result = Result(
            campaign: campaign.name, edition: campaign.edition, customers: customers, batches: children.count)
        let finish = try JobRequest(CountContent.self, .init(campaign: campaign.name, edition: campaign.edition))
        try await job.complete(result: result, spawning: children, then: finish) { transaction in
            try await transaction.installShippedTemplates()
        }
    }
}
