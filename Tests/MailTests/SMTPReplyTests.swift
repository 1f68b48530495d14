import Testing

@testable import Mail

@Suite struct SMTPReplyTests {
    /// All replies in the text, fed in pieces of the given length.
    private func replies(_ text: String, slice: Int = .max) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var result: [SMTPReply] = []
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            parser.append(bytes.prefix(slice))
            bytes = bytes.dropFirst(slice)
            while let reply = try parser.next() { result.append(reply) }
        }
        #expect(!parser.hasLeftover)
        return result
    }

    @Test("replies are the same however their bytes arrive", arguments: [1, 2, 3, 7, 1000])
    func slices(_ slice: Int) throws {
        let text =
            "220 hi\r\n250-mx.example\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n250\r\n"
        let all = try replies(text, slice: slice)
        #expect(all.map(\.code) == [220, 250, 550, 250])
        #expect(all[1].lines == ["mx.example", "SIZE 1000", "AUTH PLAIN LOGIN"])
        #expect(all[2].enhancedCode?.description == "5.1.1")
        #expect(all[2].description == "550 5.1.1 no such user")
        #expect(all[3].text == "")
    }

    @Test("an enhanced code counts only when it is one of the reply's class")
    func enhanced() throws {
        #expect(try replies("250 2.0.0 Ok\r\n")[0].enhancedCode?.subject == 0)
        #expect(try replies("250 2.0.0\r\n")[0].text == "")
        for text in [
            "250 5.1.1 odd", "250 2.0 half", "250 2.0.0.0 more", "220 127.0.0 x", "250 2.0.1234 y", "250 2.a.0 z",
        ] {
            let reply = try replies(text + "\r\n")[0]
            #expect(reply.enhancedCode == nil && reply.text == String(text.dropFirst(4)))
        }
    }

    @Test(
        "what is no reply is an error",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "25 ok\r\n", "250:ok\r\n", "199 early\r\n", "600 late\r\n", "\r\n",
            "250-a\r\n251 b\r\n",
        ])
    func garbage(_ text: String) {
        #expect(throws: SMTPReplyParser.Problem.self) { try replies(text) }
    }

    @Test("a server cannot fill the memory with a line or a reply without end")
    func limits() {
        #expect(throws: SMTPReplyParser.Problem.lineTooLong) {
            try replies("250 " + String(repeating: "x", count: 5000))
        }
        #expect(throws: SMTPReplyParser.Problem.tooManyLines) {
            try replies(String(repeating: "250-x\r\n", count: 300))
        }
    }

    @Test("capabilities are read in any letter case and in old spellings")
    func capabilities() throws {
        let reply = try replies(
            "250-mx.example greets you\r\n250-size 35882577\r\n250-Pipelining\r\n250-STARTTLS\r\n250-AUTH=LOGIN\r\n"
                + "250-AUTH PLAIN\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n")[0]
        let offered = SMTPCapabilities(ehloReply: reply)
        #expect(offered.serverName == "mx.example")
        #expect(offered.maximumSize == 35_882_577)
        #expect(offered.offersSize && offered.offersPipelining && offered.offersStartTLS && offered.offersSMTPUTF8)
        #expect(offered.offersEnhancedStatusCodes && offered.authenticationMechanisms == ["LOGIN", "PLAIN"])
        let unlimited = SMTPCapabilities(ehloReply: try replies("250-mx\r\n250 SIZE 0\r\n")[0])
        #expect(unlimited.offersSize && unlimited.maximumSize == nil)
    }

    @Test("dots at the start of lines are doubled, and no others")
    func dotStuffing() {
        let stuffed = DotStuffing.apply(to: Array(".\r\n..a\r\nb.\r\n.c\r\n".utf8))
        #expect(String(decoding: stuffed, as: UTF8.self) == "..\r\n...a\r\nb.\r\n..c\r\n")
    }
}
