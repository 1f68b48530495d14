import Logging
import Mail
import Millrace

/// One walk through a share of the outbox with an open connection.
struct Delivery: Sendable {
    let job: JobContext<SendMail.Arguments>
    let share: OutboxShare
    let server: SMTPConfiguration

    /// So many mails put off one after the other mean that the server is in trouble, and not these mails.
    private static let mostPutOffInARow = 10

    /// Sends what may leave.
    ///
    /// Each mail is recorded in the transaction that leases the next one. A cancellation waits for the mail under way.
    ///
    /// - Throws: `RetryLater` when the server was down or put mails off; `PermanentFailure` when it takes none from here
    ///   as things are; `LeaseLost`; `CancellationError`.
    func run() async throws {
        let before = try await DispatchTally(of: share.campaign, customers: share.customers, on: share.database)
        do {
            try await SMTPClient(server).withConnection { session in
                try await send(over: session, of: before.planned)
            }
        } catch let failure as SMTPFailure {
            throw try await halt(failure)
        }
    }

    private nonisolated(nonsending) func send(over session: SMTPSession, of total: Int) async throws {
        var start = share.customers.lowerBound
        var done = 0
        var putOff = PutOff()
        var ended: EndedMail?
        do {
            while true {
                try job.checkCancellation()
                let next = try await finishFirst { [share, start, ended] in
                    try await share.next(from: start, recording: ended)
                }
                ended = nil
                guard case .mail(let mail) = next else {
                    if case .leaseLost = next { throw LeaseLost(job: share.job) }
                    break
                }
                let attempt = try await finishFirst { await Attempt(at: mail, over: session) }
                ended = EndedMail(mail: mail, outcome: attempt.outcome)
                if let error = attempt.error { throw error }
                done += 1
                job.progress(done, of: total, "sending mail")
                putOff.count(attempt.outcome)
                guard putOff.inARow < Self.mostPutOffInARow, mail.customer < share.customers.upperBound else { break }
                start = mail.customer + 1
            }
        } catch {
            try await finishFirst { [share, ended] in try await share.close(recording: ended) }
            throw error
        }
        try await finishFirst { [share, ended] in try await share.close(recording: ended) }
        job.log.info("worked through", metadata: ["mails": "\(done)", "put_off": "\(putOff.total)"])
        if putOff.total > 0 {
            throw RetryLater(
                after: retryDelay,
                "smtp \(server.server) put off \(putOff.total) of \(done) mails, the last with: \(putOff.lastReply)"
                    + "  →  they are tried again by themselves, at most \(MailOutcome.mostAttempts) times each")
        }
    }

    /// The end of the attempt when no mail can leave.
    private func halt(_ failure: SMTPFailure) async throws -> any Error {
        let tally = try await DispatchTally(of: share.campaign, customers: share.customers, on: share.database)
        let message =
            "\(tally.planned) mails wait: \(failure) (\(CampaignDispatchPlugins.serverVariable) of the worker)"
        return failure.kind == .permanent ? PermanentFailure(message) : RetryLater(after: retryDelay, message)
    }

    /// From one minute to a quarter of an hour, as servers that put mail off expect it (RFC 5321 §4.5.4.1 asks for longer
    /// between later tries).
    private var retryDelay: Duration {
        .seconds(min(60 << min(job.attempt - 1, 4), 900))
    }
}

/// Mails that the server did not want yet.
private struct PutOff {
    var total = 0
    var inARow = 0
    var lastReply = ""

    mutating func count(_ outcome: MailOutcome) {
        guard outcome.state == .planned else {
            inARow = 0
            return
        }
        total += 1
        inARow += 1
        lastReply = outcome.reply ?? ""
    }
}

/// One try at one mail: what became of it, and why no other should be tried now.
private struct Attempt: Sendable {
    let outcome: MailOutcome
    let error: (any Error)?

    init(at mail: LeasedMail, over session: SMTPSession) async {
        do {
            outcome = .sent(try await session.send(mail.letter))
            error = nil
        } catch let failure as SMTPFailure {
            outcome = MailOutcome(failure, attempts: mail.attempts)
            error = failure.isAboutEveryMail ? failure : nil
        } catch let cancellation as CancellationError {
            // Thrown only when the server has certainly not taken it.
            outcome = .givenBack("stopped before it was sent")
            error = cancellation
        } catch let other {
            outcome = MailOutcome(state: .unknown, reason: "sending broke off", reply: "\(other)")
            error = other
        }
    }
}
