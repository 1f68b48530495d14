import Postgres

private let statesStatement: Statement = """
    SELECT state, count(*) FROM shop.outbox
    WHERE campaign = $1 AND edition = $2 AND customer_id >= $3 AND customer_id <= $4
    GROUP BY state
    """

private let reasonsStatement: Statement = """
    SELECT reason, count(*) FROM shop.outbox
    WHERE campaign = $1 AND edition = $2 AND state IN ('bounced', 'failed', 'refused', 'unknown') AND reason IS NOT NULL
    GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 10
    """

/// Mails by what became of them.
struct DispatchTally: Codable, Sendable, Equatable {
    /// Still to be sent, or being sent.
    var planned = 0
    var sent = 0
    var bounced = 0
    var failed = 0
    var refused = 0
    var unknown = 0

    /// Counts the outbox.
    init(of campaign: Campaign, customers: ClosedRange<Int32> = .everybody, on session: some Session) async throws {
        let rows = try await session.query(
            statesStatement, campaign.name, campaign.edition, customers.lowerBound, customers.upperBound)
        for row in rows {
            let (state, count) = try row.decode(String.self, Int.self)
            switch state {
            case "sent": sent = count
            case "bounced": bounced = count
            case "failed": failed = count
            case "refused": refused = count
            case "unknown": unknown = count
            default: planned += count
            }
        }
    }

    /// The most frequent reasons why mails of an edition were not sent, with their counts.
    static func reasons(of campaign: Campaign, on session: some Session) async throws -> [String: Int] {
        var reasons: [String: Int] = [:]
        for row in try await session.query(reasonsStatement, campaign.name, campaign.edition) {
            let (reason, count) = try row.decode(String.self, Int.self)
            reasons[reason] = count
        }
        return reasons
    }
}

extension ClosedRange<Int32> {
    /// All ids of customers.
    static var everybody: Self { .min ... .max }
}
