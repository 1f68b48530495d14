import Logging
import Mail
import Millrace

/// Sends the mails of some customers, one after the other over one connection.
struct SendMail: Plugin {
    struct Arguments: Codable, Sendable {
        var campaign: String
        var edition: String
        /// Customers with a higher id than this; nil for the first ones …
        var after: Int32?
        /// … up to this one; nil for the last ones.
        var through: Int32?

        var customers: ClosedRange<Int32> {
            let last = through ?? .max
            return min(after.map { min($0, .max - 1) + 1 } ?? .min, last)...last
        }
    }

    static let name = "campaign-dispatch.send"
    static let summary = "Part of campaign-dispatch: sends the mails of some customers."
    static let arguments = ArgumentSchema(reflecting: Arguments.self)
    // More tries than a single mail gets: a server that is down uses up the job's and none of the mail's.
    static let defaults = JobDefaults(maxAttempts: 2 * MailOutcome.mostAttempts)

    let smtp: Result<SMTPConfiguration, SMTPConfigurationError>

    func run(_ job: JobContext<Arguments>) async throws {
        let server = try smtp.forJob()
        let arguments = job.arguments
        let campaign = try await Campaign(
            arguments.campaign, edition: arguments.edition, at: job.logicalTime, on: job.database)
        let share = OutboxShare(
            database: job.database, campaign: campaign, customers: arguments.customers, job: job.id, epoch: job.epoch)
        let lost = try await OutboxShare.giveUpLost(of: campaign, customers: share.customers, on: job.database)
        if lost > 0 { job.log.warning("the attempt before left mails in doubt", metadata: ["mails": "\(lost)"]) }

        if try await share.hasMailToSend() {
            try await Delivery(job: job, share: share, server: server).run()
        }
        let tally = try await DispatchTally(of: campaign, customers: share.customers, on: job.database)
        try await job.complete(result: tally)
    }
}
