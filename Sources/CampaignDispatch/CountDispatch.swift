import Millrace

/// Ends a campaign-dispatch: says what became of the mails of the edition.
struct CountDispatch: Plugin {
    struct Arguments: Codable, Sendable {
        let campaign: String
        let edition: String
    }

    /// The mails of the edition, whichever run planned them.
    struct Result: Codable, Sendable {
        let campaign: String, edition: String
        /// Still to be sent: more than 0 only while another run of the same edition is under way.
        let planned: Int
        let sent: Int, bounced: Int, failed: Int, refused: Int, unknown: Int
        /// The most frequent reasons why mails were not sent, with their counts.
        let reasons: [String: Int]
    }

    static let name = "campaign-dispatch.count"
    static let summary = "Part of campaign-dispatch: counts what became of the mails."

    func run(_ job: JobContext<Arguments>) async throws {
        let campaign = try await Campaign(
            job.arguments.campaign, edition: job.arguments.edition, at: job.logicalTime, on: job.database)
        let tally = try await DispatchTally(of: campaign, on: job.database)
        let reasons = try await DispatchTally.reasons(of: campaign, on: job.database)
        try await job.complete(
            result: Result(
                campaign: campaign.name, edition: campaign.edition, planned: tally.planned, sent: tally.sent,
                bounced: tally.bounced, failed: tally.failed, refused: tally.refused, unknown: tally.unknown,
                reasons: reasons))
    }
}
