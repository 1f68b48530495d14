import Mail
import Millrace
import Postgres

/// The part of the outbox that one job works through: some customers of an edition of a campaign.
struct OutboxShare: Sendable {
    let database: Pool
    let campaign: Campaign
    let customers: ClosedRange<Int32>
    let job: JobID
    let epoch: Int64
}

/// A mail that this job has leased, past the policy gate: it is in nobody else's hands.
struct LeasedMail: Sendable {
    let id: Int64
    let customer: Int32
    /// Tries, this one included.
    let attempts: Int
    let letter: RenderedMessage
}

/// Somebody else has the job by now.
struct LeaseLost: Error, CustomStringConvertible {
    let job: JobID

    var description: String {
        "job \(job): its lease no longer holds, so it sends nothing more  →  another worker goes on with it"
    }
}
