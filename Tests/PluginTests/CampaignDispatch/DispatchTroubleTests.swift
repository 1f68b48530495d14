import Foundation
import Mail
import Millrace
import Postgres
import TestSupport
import Testing

@testable import CampaignDispatch

private let leaveInDoubtStatement: Statement = """
    UPDATE shop.outbox SET state = 'sending', job_id = 4711, epoch = 1, leased_at = clock_timestamp(), attempts = 1
    FROM shop.customer WHERE customer.id = outbox.customer_id AND customer.code = $1
    """
private let planStatement: Statement = """
    INSERT INTO shop.outbox (campaign, edition, customer_id, message_id, address)
    SELECT message.campaign, message.edition, message.customer_id, message.id, customer.email
    FROM shop.message JOIN shop.customer ON customer.id = message.customer_id
    """
private let loseWorkersStatement: Statement = """
    UPDATE millrace.worker SET state = 'lost', ended_at = clock_timestamp() WHERE state = 'alive'
    """
private let aliveStatement: Statement = "SELECT true FROM millrace.worker WHERE state = 'alive'"
private let rescueStatement: Statement = "SELECT millrace.rescue()"

@Suite("Campaign dispatch in trouble", .database)
struct DispatchTroubleTests {
    @Test("a mail that is put off is sent on the next attempt, and the others only once")
    func putOff() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "defer-ben", "clara"])
        try await shop.writeMessages()
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                let result = try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    let dispatch = try await shop.enqueue()
                    let (send, error) = try await shop.sendThatWaits()
                    #expect(error.contains("put off 1 of 3 mails, the last with: 451 4.7.1"))
                    #expect(try await shop.states() == ["anna": "sent", "defer-ben": "planned", "clara": "sent"])
                    #expect(try await shop.outbox[1].reason == "put off (451 4.7.1)")
                    #expect(try await shop.outbox[1].attempts == 1)
                    try await shop.database.pool.retry(send)
                    return try await shop.result(of: dispatch)
                }
                #expect(result.sent == 3)
                #expect(try server.recipients == ["anna", "clara", "defer-ben"].map { "\($0)@shop.example" })
                #expect(try await shop.outbox.map(\.attempts) == [1, 2, 1])
                #expect(try await shop.outbox.allSatisfy { $0.reason == nil })
            }
        }
    }

    @Test("while the server is down mails wait without using up attempts, and all go out when it is up")
    func serverDown() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben"])
        try await shop.writeMessages()
        try await withMailFolder { folder in
            let port = try await withMailServer(folder: folder) { $0.configuration.port }
            let down = SMTPConfiguration(host: "127.0.0.1", port: port)
            try await shop.database.withWorker(try shop.registry(sendingTo: down)) {
                let dispatch = try await shop.enqueue()
                let (send, error) = try await shop.sendThatWaits()
                #expect(error.contains("2 mails wait: smtp 127.0.0.1:\(port): connect: nothing listens on"))
                #expect(error.contains("MILLRACE_SMTP_URL"))
                #expect(try await shop.outbox.allSatisfy { $0.state == "planned" && $0.attempts == 0 })
                try await withMailServer(port: port, folder: folder) { server in
                    try await shop.database.pool.retry(send)
                    #expect(try await shop.result(of: dispatch).sent == 2)
                    #expect(try server.recipients == ["anna@shop.example", "ben@shop.example"])
                }
            }
        }
    }

    @Test("a mail whose connection broke after the final dot is unknown and not sent again")
    func lostAfterFinalDot() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben", "clara"])
        try await shop.writeMessages()
        try await RehearsedServer.run { line, before in
            line == "." && before == 1 ? .breakOff : RehearsedServer.accept(line)
        } _: { server, configuration in
            try await shop.database.withWorker(try shop.registry(sendingTo: configuration)) {
                for _ in 1...2 {
                    let result = try await shop.dispatch()
                    #expect(result.sent == 2 && result.unknown == 1)
                    #expect(result.reasons == ["the connection broke after the final dot": 1])
                }
            }
            #expect(try await shop.states() == ["anna": "sent", "ben": "unknown", "clara": "sent"])
            #expect(server.recipients == ["anna", "ben", "clara"].map { "\($0)@shop.example" })
        }
    }

    @Test("a mail that a dead worker was sending is unknown; those it had not begun are sent")
    func deadWorker() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben"])
        try await shop.writeMessages()
        try await shop.database.pool.execute(planStatement)
        try await shop.database.pool.execute(leaveInDoubtStatement, "anna")
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    let result = try await shop.dispatch()
                    #expect(result.sent == 1 && result.unknown == 1)
                    #expect(result.reasons == ["the worker stopped while it was being sent": 1])
                }
                #expect(try server.recipients == ["ben@shop.example"])
            }
        }
    }

    @Test("a job that lost its lease in the middle of a mail overwrites nothing, and the rest is sent by its heir")
    func leaseLost() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben", "clara"])
        try await shop.writeMessages()
        try await RehearsedServer.run { line, before in
            line == "." && before == 0 ? .silence : RehearsedServer.accept(line)
        } _: { server, configuration in
            // Without a coordinator, so that the rescue comes when the worker has noticed that it was declared lost.
            let worker = TestWorker(
                on: shop.database, registry: try shop.registry(sendingTo: configuration),
                options: WorkerOptions(name: "test", slots: 4, lease: .seconds(1), pollInterval: .milliseconds(50)),
                coordinates: false)
            let dispatch = try await shop.enqueue()
            try await eventually("the first mail is under way") { server.silent == 1 }
            try await shop.database.pool.execute(loseWorkersStatement)
            try await eventually("the worker is registered anew") {
                try await shop.database.pool.first(aliveStatement) != nil
            }
            let rescued: Int = try await shop.database.pool.query(rescueStatement)[0][0]
            #expect(rescued == 1)
            let result = try await shop.result(of: dispatch)
            #expect(result.sent == 2 && result.unknown == 1)
            // Now the first attempt hears that its mail was taken, too late to say so.
            try await server.answer("250 2.0.0 queued")
            try await worker.stop()
            #expect(try await shop.states() == ["anna": "unknown", "ben": "sent", "clara": "sent"])
            #expect(server.recipients == ["anna", "ben", "clara"].map { "\($0)@shop.example" })
        }
    }

    @Test("consent that is withdrawn while the mails before are being sent is respected")
    func consentWithdrawn() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna"])
        let ben = try await shop.add("ben", email: "ben@shop.example")
        try await shop.add(["clara"])
        try await shop.writeMessages()
        try await RehearsedServer.run { line, before in
            line == "." && before == 0 ? .silence : RehearsedServer.accept(line)
        } _: { server, configuration in
            try await shop.database.withWorker(try shop.registry(sendingTo: configuration)) {
                let dispatch = try await shop.enqueue()
                try await eventually("the first mail is under way") { server.silent == 1 }
                try await shop.setConsent(of: ben, false)
                try await server.answer("250 2.0.0 queued")
                let result = try await shop.result(of: dispatch)
                #expect(result.sent == 2 && result.refused == 1)
            }
            #expect(try await shop.states() == ["anna": "sent", "ben": "refused", "clara": "sent"])
            #expect(server.recipients == ["anna@shop.example", "clara@shop.example"])
        }
    }

    @Test("a cancelled job finishes the mail under way, records it, and leaves the rest planned")
    func cancelled() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben"])
        try await shop.writeMessages()
        try await RehearsedServer.run { line, before in
            line == "." && before == 0 ? .silence : RehearsedServer.accept(line)
        } _: { server, configuration in
            try await shop.database.withWorker(try shop.registry(sendingTo: configuration)) {
                _ = try await shop.enqueue()
                try await eventually("the first mail is under way") { server.silent == 1 }
                let send = try await shop.firstSend()
                #expect(try await shop.database.pool.cancel(send) == .requested)
                try await eventually("the worker was told") {
                    let told: Bool = try await shop.database.pool.query(
                        "SELECT cancel_requested_at < clock_timestamp() - interval '200 milliseconds' FROM millrace.lease"
                    )[0][0]
                    return told
                }
                try await server.answer("250 2.0.0 queued")
                #expect(try await shop.database.end(of: send).state == .cancelled)
                #expect(try await shop.outbox.map(\.state) == ["sent", "planned"])
                #expect(try await shop.outbox.map(\.attempts) == [1, 0])
                #expect(try await shop.dispatch().sent == 2)
            }
            #expect(server.recipients == ["anna@shop.example", "ben@shop.example"])
        }
    }

    @Test("a sender that the server refuses fails the job and not its mails")
    func senderRefused() async throws {
        let shop = try DispatchShop()
        try await shop.add(["anna", "ben"])
        try await shop.writeMessages()
        try await RehearsedServer.run { line, _ in
            line.hasPrefix("MAIL") ? .say("553 5.7.1 not your sender") : RehearsedServer.accept(line)
        } _: { server, configuration in
            try await shop.database.withWorker(try shop.registry(sendingTo: configuration)) {
                _ = try await shop.enqueue()
                try await eventually("the job sends") {
                    try await shop.database.pool.first("SELECT true FROM shop.outbox WHERE job_id IS NOT NULL") != nil
                }
                let standing = try await shop.database.end(of: try await shop.firstSend())
                #expect(standing.state == .failed)
                #expect(standing.reason?.contains("2 mails wait: smtp 127.0.0.1") == true)
                #expect(standing.reason?.contains("553 5.7.1 not your sender → check the sender address") == true)
            }
            #expect(try await shop.outbox.allSatisfy { $0.state == "planned" && $0.attempts == 0 })
            #expect(server.lines.count { $0.hasPrefix("MAIL") } == 1)
        }
    }

    @Test("a server that puts off one mail after the other is left alone after ten")
    func serverInTrouble() async throws {
        let shop = try DispatchShop()
        try await shop.add((1...15).map { "customer-\($0)" })
        try await shop.writeMessages()
        try await RehearsedServer.run { line, _ in
            line.hasPrefix("RCPT") ? .say("451 4.3.0 out of order") : RehearsedServer.accept(line)
        } _: { server, configuration in
            try await shop.database.withWorker(try shop.registry(sendingTo: configuration)) {
                _ = try await shop.enqueue()
                _ = try await shop.sendThatWaits()
            }
            #expect(server.recipients.count == 10)
            #expect(
                try await shop.outbox.map(\.attempts) == Array(repeating: 1, count: 10) + Array(repeating: 0, count: 5))
            #expect(try await shop.outbox.allSatisfy { $0.state == "planned" })
        }
    }
}
