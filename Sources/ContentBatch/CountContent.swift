import Millrace
import Postgres

private let problemsStatement: Statement = """
    SELECT problem, count(*) FROM shop.message
    WHERE campaign = $1 AND edition = $2 AND problem IS NOT NULL
    GROUP BY problem ORDER BY count(*) DESC, problem LIMIT 10
    """

/// Ends a content-batch: adds up what its parts have written.
struct CountContent: Plugin {
    struct Arguments: Codable, Sendable {
        let campaign: String
        let edition: String
    }

    /// The messages of the edition.
    struct Result: Codable, Sendable {
        let campaign: String, edition: String, written: Int, notWritten: Int
        /// The most frequent reasons why none could be written, with their counts.
        let problems: [String: Int]

        enum CodingKeys: String, CodingKey {
            case campaign, edition, written, problems
            case notWritten = "not_written"
        }
    }

    static let name = "content-batch.count"
    static let summary = "Part of content-batch: adds up what was written."

    func run(_ job: JobContext<Arguments>) async throws {
        let (campaign, edition) = (job.arguments.campaign, job.arguments.edition)
        let parts = try await job.parentResults(as: WriteContent.Result.self)
        var problems: [String: Int] = [:]
        for row in try await job.database.query(problemsStatement, campaign, edition) {
            let (problem, count) = try row.decode(String.self, Int.self)
            problems[problem] = count
        }
        try await job.complete(
            result: Result(
                campaign: campaign, edition: edition, written: parts.map(\.written).reduce(0, +),
                notWritten: parts.map(\.notWritten).reduce(0, +), problems: problems))
    }
}
