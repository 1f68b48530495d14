import Foundation
import Testing

@testable import Mail

@Suite struct MessageIdentityTests {
    @Test("the stable hash is FNV-1a with 128 bits")
    func hash() {
        // Test vectors of draft-eastlake-fnv.
        #expect(StableHash.hexadecimal(of: []) == "6c62272e07bb014262b821756295c58d")
        #expect(StableHash.hexadecimal(of: Array("a".utf8)) == "d228cb696f1a8caf78912b704e4a8964")
        #expect(StableHash.hexadecimal(of: Array("foobar".utf8)) == "343e1662793c64bf6f0d3597ba446f18")
    }

    @Test("one key gives one Message-ID, another key another")
    func stable() throws {
        let first = try MessageID(key: "weekly/42", domain: "shop.example")
        #expect(first == (try MessageID(key: "weekly/42", domain: "shop.example")))
        #expect(first != (try MessageID(key: "weekly/43", domain: "shop.example")))
        #expect(first.value.hasSuffix("@shop.example"))
        #expect(try MessageID("<a.b@c>").description == "<a.b@c>")
    }

    @Test(
        "a Message-ID that could break the header is refused",
        arguments: ["", "a", "a@", "a@b@c", "a b@c", "a@b>\r\nX: y"])
    func refused(_ text: String) {
        #expect(throws: EmailMessageError.messageID(text)) { try MessageID(text) }
    }

    @Test(
        "a date is written in UTC with its weekday",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (1_795_489_980, "Tue, 24 Nov 2026 03:13:00 +0000"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (-2_208_988_800, "Mon, 01 Jan 1900 00:00:00 +0000"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ])
    func dates(_ seconds: Double, _ text: String) throws {
        #expect(try MailDate.text(of: Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test("a date no mail can show is an error", arguments: [-2_208_988_801, 253_402_300_800, .infinity, .nan])
    func absurdDates(_ seconds: Double) {
        #expect(throws: EmailMessageError.dateOutOfRange) {
            try MailDate.text(of: Date(timeIntervalSince1970: seconds))
        }
    }
}
