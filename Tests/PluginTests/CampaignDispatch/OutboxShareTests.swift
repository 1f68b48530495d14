import Foundation
import Mail
import Millrace
import Postgres
import TestSupport
import Testing

@testable import CampaignDispatch

private let claimStatement: Statement = """
    INSERT INTO millrace.lease (job_id, epoch, enqueued_at, lane_id, attempt, crashes, worker_id, claimed_at)
    VALUES (4711, 7, clock_timestamp(), 1, 1, 0, 1, clock_timestamp())
    """
private let rescueStatement: Statement = "DELETE FROM millrace.lease WHERE job_id = 4711"
private let planStatement: Statement = """
    INSERT INTO shop.outbox (campaign, edition, customer_id, message_id, address)
    SELECT message.campaign, message.edition, message.customer_id, message.id, customer.email
    FROM shop.message JOIN shop.customer ON customer.id = message.customer_id
    """

@Suite("A job's share of the outbox", .database)
struct OutboxShareTests {
    /// The share of job 4711 with epoch 7, which holds a lease, in a shop where two mails are planned.
    private func share(of shop: DispatchShop) async throws -> OutboxShare {
        try await shop.add(["anna", "ben"])
        try await shop.writeMessages()
        let pool = shop.database.pool
        try await pool.execute(planStatement)
        try await pool.execute(claimStatement)
        let campaign = try await Campaign("weekly-picks", at: DispatchShop.firstWeek, on: pool)
        return OutboxShare(database: pool, campaign: campaign, customers: .everybody, job: JobID(4711), epoch: 7)
    }

    private func lease(_ share: OutboxShare) async throws -> LeasedMail? {
        if case .mail(let mail) = try await share.next(from: .min, recording: nil) { mail } else { nil }
    }

    @Test("without its lease a job still says what became of its mail, and gets no other one")
    func leaseGone() async throws {
        let shop = try DispatchShop()
        let share = try await share(of: shop)
        let mail = try #require(try await lease(share))
        try await shop.database.pool.execute(rescueStatement)
        let ended = EndedMail(mail: mail, outcome: MailOutcome(state: .sent))
        let next = try await share.next(from: mail.customer + 1, recording: ended)
        guard case .leaseLost = next else {
            Issue.record("a job without a lease got \(next)")
            return
        }
        #expect(try await shop.states() == ["anna": "sent", "ben": "planned"])
        await #expect(throws: LeaseLost.self) { try await share.hasMailToSend() }
    }

    @Test("a mail in the hands of a job that holds its lease is not given up, and goes to nobody else")
    func inHand() async throws {
        let shop = try DispatchShop()
        let share = try await share(of: shop)
        let first = try #require(try await lease(share))
        let everybody = ClosedRange<Int32>.everybody
        #expect(try await OutboxShare.giveUpLost(of: share.campaign, customers: everybody, on: share.database) == 0)
        let second = try #require(try await lease(share))
        #expect(first.id != second.id)
        #expect(try await lease(share) == nil)
        try await shop.database.pool.execute(rescueStatement)
        #expect(try await OutboxShare.giveUpLost(of: share.campaign, customers: everybody, on: share.database) == 2)
        #expect(try await shop.states() == ["anna": "unknown", "ben": "unknown"])
    }

    @Test("a mail that was leased without the job hearing of it is given back, its attempt with it")
    func answerLost() async throws {
        let shop = try DispatchShop()
        let share = try await share(of: shop)
        _ = try await lease(share)
        try await share.close(recording: nil)
        #expect(try await shop.outbox.allSatisfy { $0.state == "planned" && $0.attempts == 0 })
    }

    @Test("two jobs that lease at the same moment get different mails")
    func sideBySide() async throws {
        let shop = try DispatchShop()
        let share = try await share(of: shop)
        let other = try await shop.database.pool.transaction { transaction in
            // The first row is held by a transaction under way; whoever comes now passes it by.
            try await transaction.execute("SELECT FROM shop.outbox ORDER BY customer_id LIMIT 1 FOR UPDATE")
            return try await lease(share)
        }
        #expect(try #require(other).letter.messageID != (try #require(try await lease(share)).letter.messageID))
        #expect(try await shop.states() == ["anna": "sending", "ben": "sending"])
    }
}
