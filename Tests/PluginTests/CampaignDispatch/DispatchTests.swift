import Foundation
import Mail
import Millrace
import Postgres
import TestSupport
import Testing

@testable import CampaignDispatch

@Suite("Campaign dispatch", .database)
struct DispatchTests {
    @Test("each customer gets one mail, over three runs of two workers")
    func onceOnly() async throws {
        let shop = try DispatchShop()
        let codes = (1...60).map { "customer-\($0)" }
        try await shop.add(codes)
        try await shop.writeMessages()
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                let registry = try shop.registry(sendingTo: server.configuration)
                let other = TestWorker(
                    on: shop.database, registry: registry,
                    options: WorkerOptions(name: "other", slots: 4, pollInterval: .milliseconds(50)), coordinates: false
                )
                try await shop.database.withWorker(registry) {
                    let first = try await shop.enqueue(batchSize: 7)
                    let second = try await shop.enqueue(batchSize: 11)
                    _ = try await shop.result(of: first)
                    _ = try await shop.result(of: second)
                    let last = try await shop.dispatch()
                    #expect(last.sent == 60)
                    #expect(last.planned + last.bounced + last.failed + last.refused + last.unknown == 0)
                    #expect(last.reasons == [:])
                }
                try await other.stop()
                #expect(try server.recipients == codes.map { "\($0)@shop.example" }.sorted())
                let rows = try await shop.outbox
                #expect(
                    rows.allSatisfy {
                        $0.state == "sent" && $0.attempts == 1 && $0.reply?.contains("queued as") == true
                    })
            }
        }
    }

    @Test("a mail says who sends it, to whom, and how it is stopped")
    func headers() async throws {
        let shop = try DispatchShop()
        try await shop.add("anna", email: "anna@shop.example", name: "Anna Österreicher")
        try await shop.add("ben", email: "ben@shop.example")
        try await shop.writeMessages()
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    let result = try await shop.dispatch()
                    #expect(result.sent == 2)
                }
                let mails = try server.mails
                let first = try #require(mails.first)
                #expect(first.header("From") == "Millrace Shop <picks@shop.example>")
                #expect(first.header("Return-Path") == "<picks@shop.example>")
                #expect(first.header("To").hasPrefix("=?UTF-8?"))
                #expect(first.header("To").hasSuffix("<anna@shop.example>"))
                #expect(
                    first.header("List-Unsubscribe") == "<mailto:unsubscribe@shop.example?subject=stop%20weekly-picks>")
                #expect(first.header("Message-ID").hasSuffix("@shop.example>"))
                #expect(Set(mails.map { $0.header("Message-ID") }).count == 2)
                #expect(mails[1].header("Subject") == "Picks for ben")
                #expect(mails[1].text.contains("<p>Hello ben</p>") && mails[1].text.contains("\r\nHello ben"))
            }
        }
    }

    @Test("who has not agreed, is suppressed or has no usable address gets nothing, with the reason")
    func refusals() async throws {
        let shop = try DispatchShop()
        try await shop.add("never-asked", email: "never-asked@shop.example", consent: nil)
        try await shop.add("declined", email: "declined@shop.example", consent: false)
        try await shop.add("suppressed", email: "Suppressed@Shop.Example")
        try await shop.add("malformed", email: "no at sign")
        try await shop.add("injected", email: "a@shop.example>\r\nRCPT TO:<b@shop.example")
        try await shop.add("nowhere", email: nil)
        try await shop.add("willing", email: "willing@shop.example")
        try await shop.database.pool.execute(
            "INSERT INTO shop.suppression (email, reason) VALUES ('suppressed@shop.example', 'complaint')")
        try await shop.writeMessages()
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                let result = try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    try await shop.dispatch()
                }
                #expect(result.sent == 1 && result.refused == 6)
                #expect(
                    result.reasons == [
                        "no consent": 2, "suppressed: complaint": 1, "malformed address": 2, "no address": 1,
                    ])
                #expect(try server.recipients == ["willing@shop.example"])
                #expect(try await shop.outbox.first?.attempts == 0)
            }
        }
    }

    @Test("where everybody is refused no server is needed")
    func nobodyWilling() async throws {
        let shop = try DispatchShop()
        try await shop.add("declined", email: "declined@shop.example", consent: false)
        try await shop.writeMessages()
        let nobody = SMTPConfiguration(host: "127.0.0.1", port: 1)
        try await shop.database.withWorker(try shop.registry(sendingTo: nobody)) {
            let result = try await shop.dispatch()
            #expect(result.refused == 1)
        }
    }

    @Test("an address that does not exist is suppressed from the next edition on, a full mailbox is not")
    func bounces() async throws {
        let shop = try DispatchShop()
        try await shop.add("bounce", email: "Bounce-1@shop.example")
        try await shop.add("full", email: "full-1@shop.example")
        try await shop.add("fine", email: "fine@shop.example")
        try await shop.writeMessages()
        try await shop.writeMessages(for: DispatchShop.secondWeek)
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    let first = try await shop.dispatch()
                    #expect(first.edition == "2026-W10")
                    #expect(first.sent == 1 && first.bounced == 2)
                    #expect(first.reasons == ["address refused (550 5.1.1)": 1, "address refused (552 5.2.2)": 1])
                    let suppressed = try await shop.database.pool.query("SELECT email, reason FROM shop.suppression")
                    #expect(suppressed.count == 1)
                    #expect(
                        try suppressed[0].decode(String.self, String.self) == ("bounce-1@shop.example", "hard bounce"))

                    let second = try await shop.dispatch(week: DispatchShop.secondWeek)
                    #expect(second.edition == "2026-W11")
                    #expect(second.sent == 1 && second.bounced == 1 && second.refused == 1)
                    #expect(second.reasons["suppressed: hard bounce"] == 1)
                }
                #expect(try server.recipients == ["fine@shop.example", "fine@shop.example"])
            }
        }
    }

    @Test("a name that cannot stand in a mail fails that mail only")
    func unmailable() async throws {
        let shop = try DispatchShop()
        try await shop.add("odd", email: "odd@shop.example", name: "Odd\r\nBcc: all@shop.example")
        try await shop.add("fine", email: "fine@shop.example")
        try await shop.writeMessages()
        try await withMailFolder { folder in
            try await withMailServer(folder: folder) { server in
                let result = try await shop.database.withWorker(try shop.registry(sendingTo: server.configuration)) {
                    try await shop.dispatch()
                }
                #expect(result.sent == 1 && result.failed == 1)
                #expect(result.reasons == ["no mail can be made of it": 1])
                #expect(try server.recipients == ["fine@shop.example"])
                #expect(try await shop.outbox.first?.reply?.contains("U+000D") == true)
            }
        }
    }

    @Test("an SMTP URL that cannot be read fails the job before anything is planned, and shows no password")
    func malformedURL() async throws {
        let server = CampaignDispatchPlugins.server(
            from: ["MILLRACE_SMTP_URL": "smtp://user:secret-word@mail.shop.example?tls=maybe"])
        let shop = try DispatchShop()
        try await shop.add(["willing"])
        try await shop.writeMessages()
        var registry = PluginRegistry()
        try CampaignDispatchPlugins.register(in: &registry, smtp: server)
        let standing = try await shop.database.withWorker(registry) {
            try await shop.database.end(of: try await shop.enqueue())
        }
        #expect(standing.state == .failed)
        let reason = try #require(standing.reason)
        #expect(reason.contains("MILLRACE_SMTP_URL: the SMTP URL's tls does not fit"))
        #expect(!reason.contains("secret-word"))
        #expect(try await shop.outbox.isEmpty)
    }

    @Test("a campaign that is not there, or has no usable sender, fails with what is known")
    func malformedCampaign() async throws {
        let shop = try DispatchShop()
        let registry = try shop.registry(sendingTo: SMTPConfiguration(host: "127.0.0.1", port: 1))
        try await shop.database.withWorker(registry) {
            let missing = try await shop.database.pool.enqueue(
                try JobRequest(PlanDispatch.self, .init(campaign: "weakly-picks")))
            #expect(try await shop.database.end(of: missing).reason?.contains("known: weekly-picks") == true)

            try await shop.database.pool.execute("UPDATE shop.campaign SET sender = 'Our Shop'")
            let standing = try await shop.database.end(of: try await shop.enqueue())
            #expect(standing.state == .failed)
            #expect(
                standing.reason?.contains("shop.campaign, \"weekly-picks\", sender: \"Our Shop\" is no email") == true)
        }
    }

    @Test("without a URL in the environment the server is the one on this machine, port 25")
    func defaultServer() throws {
        for environment in [[:], ["MILLRACE_SMTP_URL": ""]] {
            #expect(try CampaignDispatchPlugins.server(from: environment).get().server == "127.0.0.1:25")
        }
    }
}
