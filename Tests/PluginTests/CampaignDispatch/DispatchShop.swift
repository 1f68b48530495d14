import Foundation
import Mail
import Millrace
import Postgres
import TestSupport
import Testing

@testable import CampaignDispatch

private let addCustomerStatement: Statement = """
    INSERT INTO shop.customer (code, name, email) VALUES ($1, $2, $3) RETURNING id
    """
private let consentStatement: Statement = """
    INSERT INTO shop.consent (customer_id, channel, granted, source) VALUES ($1, 'email', $2, 'test')
    ON CONFLICT (customer_id, channel) DO UPDATE SET granted = excluded.granted
    """
private let writeStatement: Statement = """
    INSERT INTO shop.message (campaign, edition, customer_id, template, template_version, locale, subject, text_body,
        html_body, facts, job_id)
    SELECT 'weekly-picks', shop.edition('week', $1), id, 'weekly_picks', 1, 'en', 'Picks for ' || coalesce(name, code),
        'Hello ' || coalesce(name, code), '<p>Hello ' || coalesce(name, code) || '</p>', '{}', 1
    FROM shop.customer
    """
private let statesStatement: Statement = """
    SELECT customer.code, outbox.state, outbox.reason, outbox.reply, outbox.attempts
    FROM shop.outbox JOIN shop.customer ON customer.id = outbox.customer_id ORDER BY customer.id
    """
private let waitingStatement: Statement = """
    SELECT v_job.id, (SELECT message FROM millrace.attempt_error WHERE job_id = v_job.id ORDER BY at DESC LIMIT 1)
    FROM millrace.v_job WHERE plugin = 'campaign-dispatch.send' AND state = 'scheduled' ORDER BY id
    """
private let sendingStatement: Statement = """
    SELECT id FROM millrace.v_job WHERE plugin = 'campaign-dispatch.send' ORDER BY id LIMIT 1
    """

/// A row of the outbox as the tests look at it.
struct OutboxRow: Equatable {
    let customer: String
    let state: String
    let reason: String?
    let reply: String?
    let attempts: Int
}

/// A shop with customers to whom the campaign `weekly-picks` has something to say.
struct DispatchShop {
    let database: TestDatabase

    /// Monday of week 10; the following week is the next edition.
    static let firstWeek = Date(timeIntervalSince1970: 1_772_409_600)
    static let secondWeek = firstWeek + 7 * 86_400

    init() throws {
        database = try TestDatabase.current
    }

    /// Adds a customer whose code is the local part of the address.
    ///
    /// - Parameter consent: nil for somebody who was never asked.
    @discardableResult
    func add(_ code: String, email: String?, name: String? = nil, consent: Bool? = true) async throws -> Int32 {
        let id: Int32 = try await database.pool.query(addCustomerStatement, code, name, email)[0][0]
        if let consent { try await setConsent(of: id, consent) }
        return id
    }

    func add(_ codes: [String]) async throws {
        for code in codes { try await add(code, email: "\(code)@shop.example") }
    }

    func setConsent(of customer: Int32, _ granted: Bool) async throws {
        try await database.pool.execute(consentStatement, customer, granted)
    }

    /// Writes a message to each customer there is.
    func writeMessages(for week: Date = firstWeek) async throws {
        try await database.pool.execute(writeStatement, week)
    }

    func registry(sendingTo server: SMTPConfiguration) throws -> PluginRegistry {
        var registry = PluginRegistry()
        try CampaignDispatchPlugins.register(in: &registry, smtp: .success(server))
        return registry
    }

    func enqueue(batchSize: Int = 200, week: Date = firstWeek) async throws -> JobID {
        var request = try JobRequest(PlanDispatch.self, .init(batchSize: batchSize))
        request.logicalTime = week
        return try await database.pool.enqueue(request)
    }

    /// Runs a dispatch and returns what the count says.
    func dispatch(batchSize: Int = 200, week: Date = firstWeek) async throws -> CountDispatch.Result {
        try await result(of: try await enqueue(batchSize: batchSize, week: week))
    }

    func result(of job: JobID) async throws -> CountDispatch.Result {
        let standing = try await database.end(of: job)
        try #require(standing.state == .succeeded, "\(standing.reason ?? "")")
        return try #require(try standing.result?.decode(CountDispatch.Result.self))
    }

    var outbox: [OutboxRow] {
        get async throws {
            try await database.pool.query(statesStatement).map { row in
                let (customer, state, reason, reply, attempts) = try row.decode(
                    String.self, String.self, String?.self, String?.self, Int.self)
                return OutboxRow(customer: customer, state: state, reason: reason, reply: reply, attempts: attempts)
            }
        }
    }

    func states() async throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try await outbox.map { ($0.customer, $0.state) })
    }

    /// Waits until a part of the dispatch has failed for now, and returns it with its error.
    func sendThatWaits() async throws -> (job: JobID, error: String) {
        try await eventually("a send waits for its next attempt") {
            try await database.pool.first(waitingStatement) != nil
        }
        let (id, error) = try await database.pool.query(waitingStatement)[0].decode(Int64.self, String.self)
        return (JobID(id), error)
    }

    /// The first part of the dispatch that sends.
    func firstSend() async throws -> JobID {
        JobID(try await database.pool.query(sendingStatement)[0][0])
    }
}
