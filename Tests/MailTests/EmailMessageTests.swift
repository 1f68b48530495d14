import Foundation
import Testing

@testable import Mail

@Suite struct EmailMessageTests {
    @Test("a campaign mail has exactly these bytes")
    func golden() throws {
        var message = try sampleMessage(subject: "小明，本周为你挑选的五件好物：手工陶瓷杯、复古台灯、蓝色餐盘")
        message.replyTo = [try Mailbox("help@shop.example")]
        message.to[0].name = "小明"
        message.messageID = try MessageID("w1.42@shop.example")
        message.text = "Ann = 50%\nTrailing space \n" + String(repeating: "word ", count: 20) + "\nEnd"
        message.html = "<p>你好，小明</p>"
        message.listUnsubscribe = try ListUnsubscribe(
            uris: ["https://shop.example/u?token=0123456789abcdef0123456789abcdef", "mailto:leave@shop.example"],
            isOneClick: true)
        message.headers = [HeaderField(name: "X-Campaign", value: "weekly-picks")]
        let expected = #"""
            From: Blue Shop <hello@shop.example>
            To: =?UTF-8?B?5bCP5piO?= <ann@example.com>
            Reply-To: help@shop.example
            Subject: =?UTF-8?B?5bCP5piO77yM5pys5ZGo5Li65L2g5oyR6YCJ55qE5LqU5Lu25aW9?=
             =?UTF-8?B?54mp77ya5omL5bel6Zm255O35p2v44CB5aSN5Y+k5Y+w54Gv44CB6JOd6Imy?=
             =?UTF-8?B?6aSQ55uY?=
            Date: Tue, 24 Nov 2026 03:13:00 +0000
            Message-ID: <w1.42@shop.example>
            List-Unsubscribe:
             <https://shop.example/u?token=0123456789abcdef0123456789abcdef>,
             <mailto:leave@shop.example>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click
            X-Campaign: weekly-picks
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_407884615b988e52b76d8637597b1259_a"

            --=_407884615b988e52b76d8637597b1259_a
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Ann =3D 50%
            Trailing space=20
            word word word word word word word word word word word word word word word =
            word word word word word=20
            End
            --=_407884615b988e52b76d8637597b1259_a
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: base64

            PHA+5L2g5aW977yM5bCP5piOPC9wPg==
            --=_407884615b988e52b76d8637597b1259_a--

            """#
        let rendered = try message.rendered()
        #expect(String(decoding: rendered.bytes, as: UTF8.self) == expected.replacing("\n", with: "\r\n"))
        #expect(try message.rendered() == rendered)
    }

    @Test("text and HTML come out as they went in, with CRLF line ends")
    func alternative() throws {
        var message = try sampleMessage()
        message.text = "one\ntwo\r\nthree\rfour\t\n\n."
        message.html = "<p>汉字 &amp; emoji 🎁</p>\n"
        let parts = try DecodedMail(message.rendered().bytes).parts
        #expect(parts.map { $0["Content-Type"] } == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
        #expect(
            try parts.map { try $0.content } == [
                "one\r\ntwo\r\nthree\r\nfour\t\r\n\r\n.", "<p>汉字 &amp; emoji 🎁</p>\r\n",
            ])
    }

    @Test("any subject, name and body survive the way through the wire format")
    func randomRoundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let subject = random.text(upTo: 120)
            let name = random.text(upTo: 40)
            let body = random.text(upTo: 400, extra: ["\n", "\n", ".", "\t", "="])
            var message = try sampleMessage(subject: subject)
            message.to = [Mailbox(name: name, address: try EmailAddress("a@b.c")), try Mailbox("d@e.f")]
            message.text = body
            message.headers = [HeaderField(name: "X-Note", value: subject)]
            let bytes = try message.rendered().bytes
            let mail = try DecodedMail(bytes)
            #expect(try mail.text("Subject") == subject, "seed \(seed)")
            #expect(try mail.text("X-Note") == subject, "seed \(seed)")
            let shown = try mail.text("To").replacing("\\", with: "").replacing("\"", with: "")
            let expected = name.replacing("\\", with: "").replacing("\"", with: "")
            #expect(shown == (name.isEmpty ? "a@b.c, d@e.f" : "\(expected) <a@b.c>, d@e.f"), "seed \(seed)")
            #expect(try mail.parts[0].content == body.replacing("\n", with: "\r\n"), "seed \(seed)")
            for line in String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76 || !line.contains("=?"), "seed \(seed)")
                #expect(line.utf8.count <= 998 && !line.contains("\n") && !line.contains("\r"), "seed \(seed)")
                #expect(line.utf8.allSatisfy { $0 < 0x80 }, "seed \(seed)")
            }
        }
    }

    @Test("a text alone and an HTML alone are single parts that end in a line end")
    func single() throws {
        var message = try sampleMessage()
        message.html = nil
        message.text = "only text"
        let text = try DecodedMail(message.rendered().bytes)
        #expect(text["Content-Type"] == "text/plain; charset=utf-8")
        #expect(try text.content == "only text\r\n")
        message.html = "<p>only</p>\n"
        message.text = nil
        let html = try DecodedMail(message.rendered().bytes)
        #expect(html["Content-Type"] == "text/html; charset=utf-8")
        #expect(try html.content == "<p>only</p>\r\n")
        message.html = nil
        #expect(throws: EmailMessageError.noBody) { try message.rendered() }
    }

    @Test("an attachment keeps its bytes and its name in any script and length")
    func attachments() throws {
        let content = (0...255).map { UInt8($0) }
        var message = try sampleMessage()
        message.attachments = [
            EmailAttachment(filename: "list.csv", contentType: "text/csv", content: content),
            EmailAttachment(filename: "订单.pdf", contentType: "application/pdf", content: []),
            EmailAttachment(
                filename: String(repeating: "长", count: 20) + ".txt", contentType: "text/plain", content: content),
        ]
        let parts = try DecodedMail(message.rendered().bytes).parts
        #expect(parts.count == 4)
        #expect(
            try parts[0].parts.map { try $0.content } == [
                "Hello Ann\r\n.\r\n..two dots\r\nBye\r\n", "<p>Hello Ann</p>\r\n",
            ])
        #expect(try parts[1].contentBytes == content)
        #expect(parts[1]["Content-Disposition"] == #"attachment; filename="list.csv""#)
        #expect(parts[2]["Content-Disposition"] == "attachment; filename*=UTF-8''%E8%AE%A2%E5%8D%95.pdf")
        let long = String(repeating: "%E9%95%BF", count: 5)
        #expect(
            parts[3]["Content-Disposition"]
                == "attachment; filename*0*=UTF-8''\(long); filename*1*=\(long); filename*2*=\(long); filename*3*=\(long).txt"
        )
    }

    @Test(
        "a line break or NUL in any header value is an error that names the header",
        arguments: ["\r", "\n", "\0", "\r\n"])
    func injection(_ control: String) throws {
        let evil = "x\(control)Bcc: victim@example.com"
        let first = try #require(control.unicodeScalars.first)
        func expectRefusal(_ field: String, _ change: (inout EmailMessage) throws -> Void) throws {
            var message = try sampleMessage()
            try change(&message)
            #expect(throws: EmailMessageError.controlCharacter(field: field, first)) { try message.rendered() }
        }
        try expectRefusal("Subject") { $0.subject = evil }
        try expectRefusal("From") { $0.from.name = evil }
        try expectRefusal("To") { $0.to[0].name = evil }
        try expectRefusal("Reply-To") { $0.replyTo = [Mailbox(name: evil, address: try EmailAddress("a@b.c"))] }
        try expectRefusal("X-Note") { $0.headers = [HeaderField(name: "X-Note", value: evil)] }
        try expectRefusal("Content-Disposition") {
            $0.attachments = [EmailAttachment(filename: evil, contentType: "text/csv", content: [])]
        }
        #expect(throws: EmailMessageError.self) { try ListUnsubscribe(uris: ["https://shop.example/\(evil)"]) }
        var message = try sampleMessage()
        message.headers = [HeaderField(name: "X-Note\(control)Bcc", value: "v")]
        #expect(throws: EmailMessageError.headerName("X-Note\(control)Bcc")) { try message.rendered() }
    }

    @Test(
        "header fields the message writes itself are refused",
        arguments: ["Subject", "BCC", "Content-Type", "Received"])
    func reserved(_ name: String) throws {
        var message = try sampleMessage()
        message.headers = [HeaderField(name: name, value: "v")]
        #expect(throws: EmailMessageError.reservedHeader(name)) { try message.rendered() }
    }

    @Test("one-click unsubscribing needs exactly one https address")
    func oneClick() throws {
        for uris in [["mailto:a@b.c"], ["http://a.b/u"], ["https://a.b/1", "https://a.b/2"]] {
            #expect(throws: EmailMessageError.self) { try ListUnsubscribe(uris: uris, isOneClick: true) }
        }
        for uris in [[], ["ftp://a.b"], ["https://a.b/,c"], ["https://a.b/ c"], ["https://a.b/<c>"]] {
            #expect(throws: EmailMessageError.self) { try ListUnsubscribe(uris: uris) }
        }
    }

    @Test("lines at the edges of quoted-printable stay within 76 characters")
    func quotedPrintableEdges() {
        for count in 70...80 {
            for (tail, encodedTail) in [("", ""), ("=", "=3D"), (" ", "=20")] {
                let text = String(repeating: "a", count: count) + tail
                let encoded = QuotedPrintable.encode(Array(text.utf8))
                let lines = encoded.components(separatedBy: "\r\n")
                #expect(lines.allSatisfy { $0.utf8.count <= 76 }, "\(count) \(tail)")
                #expect(encoded.replacing("=\r\n", with: "") == String(repeating: "a", count: count) + encodedTail)
            }
        }
    }
}
