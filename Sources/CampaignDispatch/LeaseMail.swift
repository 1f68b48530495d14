import Foundation
import Mail
import Millrace
import Postgres

/// KEY SHARE keeps a rescue from taking the job away before this transaction ends, and lets a request to cancel pass.
private let holdStatement: Statement = """
    SELECT true FROM millrace.lease WHERE job_id = $1 AND epoch = $2 FOR KEY SHARE
    """

/// The next planned row, in the order of the partial index. The row is locked before anything else is looked at; rows
/// that another run works on are passed by.
private let pickStatement: Statement = """
    WITH picked AS MATERIALIZED (
        SELECT id, customer_id, channel, message_id
        FROM shop.outbox
        WHERE campaign = $1 AND edition = $2 AND state = 'planned' AND customer_id >= $3 AND customer_id <= $4
        ORDER BY customer_id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    SELECT picked.id, picked.customer_id, customer.name, customer.email, coalesce(consent.granted, false),
        suppression.reason, coalesce(message.subject, ''), message.text_body, message.html_body, clock_timestamp()
    FROM picked
    LEFT JOIN shop.customer ON customer.id = picked.customer_id
    LEFT JOIN shop.consent ON consent.customer_id = picked.customer_id AND consent.channel = picked.channel
    LEFT JOIN shop.suppression ON suppression.email = lower(customer.email)
    LEFT JOIN shop.message ON message.id = picked.message_id
    """

private let refuseStatement: Statement = """
    UPDATE shop.outbox
    SET state = $2, reason = $3, reply = $4, job_id = $5, epoch = $6, address = coalesce($7, ''),
        ended_at = clock_timestamp()
    WHERE id = $1
    """

private let leaseStatement: Statement = """
    UPDATE shop.outbox
    SET state = 'sending', reason = NULL, reply = NULL, job_id = $2, epoch = $3, address = $4, leased_at = $5,
        attempts = attempts + 1
    WHERE id = $1
    RETURNING attempts
    """

extension OutboxShare {
    /// What the next transaction came to.
    enum Next: Sendable {
        case mail(LeasedMail)
        case nothing
        case leaseLost
    }

    /// Records how the last mail ended and leases the next one that passes the policy gate, in one transaction. Those that
    /// do not pass are refused in it.
    ///
    /// One mail at a time is leased, so a crash leaves at most the one in doubt that was being sent.
    ///
    /// - Parameters:
    ///   - start: customers before this one have had their turn.
    ///   - ended: what is recorded also when the job's lease no longer holds, since it is what happened.
    func next(from start: Int32, recording ended: EndedMail?) async throws -> Next {
        try await database.transaction { transaction in
            if let ended { try await record(ended, on: transaction) }
            guard try await holdLease(on: transaction) else { return .leaseLost }
            guard let (mail, address, letter) = try await firstToPass(from: start, on: transaction) else {
                return .nothing
            }
            let attempts: Int = try await transaction.query(
                leaseStatement, mail.id, job.rawValue, epoch, address.description, mail.lookedAt)[0][0]
            return .mail(LeasedMail(id: mail.id, customer: mail.customer, attempts: attempts, letter: letter))
        }
    }

    /// Whether a mail may leave, so that a server is needed at all. Those before it are refused.
    func hasMailToSend() async throws -> Bool {
        try await database.transaction { transaction in
            guard try await holdLease(on: transaction) else { throw LeaseLost(job: job) }
            return try await firstToPass(from: customers.lowerBound, on: transaction) != nil
        }
    }

    private func holdLease(on transaction: Transaction) async throws -> Bool {
        try await transaction.first(holdStatement, job.rawValue, epoch) != nil
    }

    private func firstToPass(
        from start: Int32, on transaction: Transaction
    ) async throws -> (mail: PlannedMail, address: EmailAddress, letter: RenderedMessage)? {
        var start = start
        while start <= customers.upperBound, let mail = try await pick(from: start, on: transaction) {
            switch PolicyGate.judge(mail) {
            case .refused(let reason):
                try await end(mail, as: "refused", reason: reason, on: transaction)
            case .mayLeave(let address):
                do {
                    return (mail, address, try campaign.letter(mail, to: address))
                } catch let error as EmailMessageError {
                    try await end(mail, as: "failed", reason: "no mail can be made of it", "\(error)", on: transaction)
                }
            }
            guard mail.customer < customers.upperBound else { return nil }
            start = mail.customer + 1
        }
        return nil
    }

    private func pick(from start: Int32, on transaction: Transaction) async throws -> PlannedMail? {
        try await transaction.first(
            pickStatement, campaign.name, campaign.edition, start, customers.upperBound
        ).map(PlannedMail.init)
    }

    private func end(
        _ mail: PlannedMail, as state: String, reason: String, _ detail: String? = nil, on transaction: Transaction
    ) async throws {
        try await transaction.execute(
            refuseStatement, mail.id, state, reason, detail, job.rawValue, epoch, mail.email)
    }
}

extension PlannedMail {
    fileprivate init(_ row: Row) throws {
        (id, customer, name, email, hasConsent, suppression, subject, text, html, lookedAt) = try row.decode(
            Int64.self, Int32.self, String?.self, String?.self, Bool.self, String?.self, String.self, String?.self,
            String?.self, Date.self)
    }
}
