import Testing

@testable import Mail

@Suite struct EmailAddressTests {
    @Test(
        "an address of the usual and the unusual forms is accepted as written",
        arguments: [
            "ann@example.com", "a.b+tag@sub.example.co.uk", "o'neil@example.org", "x@localhost",
            "\"john doe\"@example.com",
            "\"a\\\"b@c\"@example.com", "root@[127.0.0.1]", "root@[IPv6:::1]", "1@1.example",
            "!#$%&'*+-/=?^_`{|}~@example.com",
        ])
    func accepts(_ text: String) throws {
        let address = try EmailAddress(text)
        #expect(address.description == text)
        #expect(!address.requiresSMTPUTF8)
    }

    @Test(
        "a malformed address is refused with its fault",
        arguments: [
            ("", .empty),
            ("ann", .noAtSign),
            ("@example.com", .missing(part: "local part")),
            ("ann@", .missing(part: "domain")),
            ("ann smith@example.com", .unexpectedCharacter(" ", part: "local part")),
            ("a@b@example.com", .unexpectedCharacter("@", part: "local part")),
            ("<ann@example.com>", .unexpectedCharacter("<", part: "local part")),
            (".ann@example.com", .misplacedDot),
            ("an..n@example.com", .misplacedDot),
            ("ann.@example.com", .misplacedDot),
            ("ann@example..com", .misplacedDot),
            ("ann@example.com.", .misplacedDot),
            ("ann@-example.com", .unexpectedCharacter("-", part: "domain")),
            ("ann@exam_ple.com", .unexpectedCharacter("_", part: "domain")),
            ("ann@127.0.0.1", .bareIPAddress("127.0.0.1")),
            ("ann@[127.0.0.1", .unclosedBracket),
            ("\"ann@example.com", .unclosedQuote),
            ("\"ann\\\"@example.com", .unclosedQuote),
            ("ann@example.com\r\nBcc: x@y.z", .controlCharacter("\r")),
            ("ann\n@example.com", .controlCharacter("\n")),
            ("ann\0@example.com", .controlCharacter("\0")),
            ("ann\u{200B}@example.com", .unexpectedCharacter("\u{200B}", part: "local part")),
        ] as [(String, EmailAddressError.Problem)])
    func refuses(_ text: String, _ problem: EmailAddressError.Problem) {
        #expect(throws: EmailAddressError(text: text, problem: problem)) { try EmailAddress(text) }
    }

    @Test("the length limits of RFC 5321 hold at their edges")
    func limits() throws {
        let label = String(repeating: "d", count: 63)
        _ = try EmailAddress(String(repeating: "l", count: 64) + "@example.com")
        #expect(throws: EmailAddressError.self) { try EmailAddress(String(repeating: "l", count: 65) + "@example.com") }
        _ = try EmailAddress("l@\(label).com")
        #expect(throws: EmailAddressError.self) { try EmailAddress("l@\(label)d.com") }
        let domain = "\(label).\(label).\(label)."
        _ = try EmailAddress("l@\(domain)\(String(repeating: "d", count: 60))")
        #expect(throws: EmailAddressError.self) { try EmailAddress("l@\(domain)\(String(repeating: "d", count: 61))") }
    }

    @Test("an address outside ASCII is accepted and marked for SMTPUTF8", arguments: ["小明@example.com", "ann@例子.中国"])
    func internationalized(_ text: String) throws {
        #expect(try EmailAddress(text).requiresSMTPUTF8)
    }

    @Test("an error shows control characters escaped and names the way out")
    func errorText() throws {
        let error = #expect(throws: EmailAddressError.self) { try EmailAddress("ann@example.com\r\nBcc: x@y.z") }
        #expect(
            error?.description
                == #""ann@example.com\r\nBcc: x@y.z" is no email address: it holds the control character U+000D → remove it"#
        )
    }

    @Test("a mailbox is read with and without a name, quoted or not")
    func mailbox() throws {
        #expect(try Mailbox("ann@example.com") == Mailbox(address: EmailAddress("ann@example.com")))
        #expect(try Mailbox(" Blue Shop <a@b.c> ") == Mailbox(name: "Blue Shop", address: EmailAddress("a@b.c")))
        #expect(try Mailbox(#""Shop, \"Blue\"" <a@b.c>"#).name == #"Shop, "Blue""#)
        #expect(try Mailbox("小店 <a@b.c>").description == "小店 <a@b.c>")
        for text in ["Ann <a@b.c", "Ann a@b.c>", "Ann > a@b.c <", "Ann <a@b.c> x", "Ann <>"] {
            #expect(throws: EmailAddressError.self) { try Mailbox(text) }
        }
    }
}
