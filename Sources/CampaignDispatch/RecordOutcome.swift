import Millrace
import Postgres

/// Fenced by the lease of the mail itself: who no longer has it in hand changes nothing.
private let recordStatement: Statement = """
    WITH ended AS (
        UPDATE shop.outbox
        SET state = $4, reason = $5, reply = $6, attempts = attempts - CASE WHEN $7 THEN 0 ELSE 1 END,
            ended_at = CASE WHEN $4 = 'planned' THEN NULL ELSE clock_timestamp() END
        WHERE id = $1 AND job_id = $2 AND epoch = $3 AND state = 'sending'
        RETURNING address
    ), suppressed AS (
        INSERT INTO shop.suppression (email, reason)
        SELECT lower(address), 'hard bounce' FROM ended WHERE $8
        ON CONFLICT (email) DO NOTHING
    )
    SELECT count(*) FROM ended
    """

/// Only for a job that has no mail in hand: what it still holds was leased by a statement whose answer was lost.
private let giveBackStatement: Statement = """
    UPDATE shop.outbox SET state = 'planned', attempts = attempts - 1
    WHERE campaign = $1 AND edition = $2 AND customer_id >= $3 AND customer_id <= $4
        AND state = 'sending' AND job_id = $5 AND epoch = $6
    """

/// A lease no longer there means that the job has ended, or that somebody else has it: whether its mail arrived cannot
/// be known here, so it is not sent again by itself.
private let giveUpStatement: Statement = """
    WITH lost AS MATERIALIZED (
        SELECT id FROM shop.outbox
        WHERE campaign = $1 AND edition = $2 AND customer_id >= $3 AND customer_id <= $4 AND state = 'sending'
            AND NOT EXISTS (
                SELECT FROM millrace.lease WHERE lease.job_id = outbox.job_id AND lease.epoch = outbox.epoch)
        FOR UPDATE OF outbox SKIP LOCKED
    )
    UPDATE shop.outbox
    SET state = 'unknown', reason = 'the worker stopped while it was being sent', ended_at = clock_timestamp()
    FROM lost WHERE outbox.id = lost.id
    """

/// A leased mail and what became of it.
struct EndedMail: Sendable {
    let mail: LeasedMail
    let outcome: MailOutcome
}

extension OutboxShare {
    /// Writes what became of a mail.
    ///
    /// - Returns: false when this job no longer has it in hand, and nothing was changed.
    @discardableResult
    func record(_ ended: EndedMail, on session: some Session) async throws -> Bool {
        let outcome = ended.outcome
        let changed: Int = try await session.query(
            recordStatement, ended.mail.id, job.rawValue, epoch, outcome.state.rawValue, outcome.reason, outcome.reply,
            outcome.countsAttempt, outcome.suppresses)[0][0]
        return changed == 1
    }

    /// Leaves nothing in hand: writes what became of the last mail, again and again for some seconds, since nobody else
    /// knows it.
    func close(recording ended: EndedMail?) async throws {
        var pause = Duration.milliseconds(200)
        while true {
            do {
                try await database.transaction { transaction in
                    if let ended { try await record(ended, on: transaction) }
                    try await transaction.execute(
                        giveBackStatement, campaign.name, campaign.edition, customers.lowerBound, customers.upperBound,
                        job.rawValue, epoch)
                }
                return
            } catch {
                guard pause < .seconds(4) else { throw error }
                try await Task.sleep(for: pause)
                pause *= 2
            }
        }
    }

    /// Calls mails unknown that a job was sending whose lease is gone.
    ///
    /// - Returns: how many.
    static func giveUpLost(
        of campaign: Campaign, customers: ClosedRange<Int32>, on session: some Session
    ) async throws -> Int {
        try await session.execute(
            giveUpStatement, campaign.name, campaign.edition, customers.lowerBound, customers.upperBound)
    }
}
