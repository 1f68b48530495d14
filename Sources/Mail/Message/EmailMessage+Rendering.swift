extension EmailMessage {
    /// Checks every value and encodes the message.
    ///
    /// The result depends on the values alone: rendering twice gives the same bytes.
    ///
    /// - Throws: ``EmailMessageError``; a control character in any header value is an error, never silently removed.
    public func rendered() throws(EmailMessageError) -> RenderedMessage {
        try check()
        var fields = HeaderFolding.field("From", HeaderFolding.mailboxes([from]))
        fields += HeaderFolding.field("To", HeaderFolding.mailboxes(to))
        if !replyTo.isEmpty { fields += HeaderFolding.field("Reply-To", HeaderFolding.mailboxes(replyTo)) }
        fields += HeaderFolding.field("Subject", HeaderFolding.unstructured(subject, after: "Subject"))
        fields += HeaderFolding.field("Date", [try MailDate.text(of: date)])
        // Never folded: some readers lose an identity on a line of its own.
        fields += "Message-ID: \(messageID)\r\n"
        if let listUnsubscribe {
            let last = listUnsubscribe.uris.count - 1
            fields += HeaderFolding.field(
                "List-Unsubscribe", listUnsubscribe.uris.enumerated().map { "<\($1)>" + ($0 < last ? "," : "") })
            if listUnsubscribe.isOneClick { fields += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" }
        }
        for header in headers {
            fields += HeaderFolding.field(header.name, HeaderFolding.unstructured(header.value, after: header.name))
        }
        fields += "MIME-Version: 1.0\r\n"
        try Self.checkLines(of: fields)
        let body = try body().rendered
        let message = fields + body + (body.hasSuffix("\r\n") ? "" : "\r\n")
        return RenderedMessage(
            bytes: Array(message.utf8), messageID: messageID,
            requiresSMTPUTF8: ([from] + to + replyTo).contains { $0.address.requiresSMTPUTF8 },
            from: from.address, recipients: to.map(\.address))
    }

    private func body() throws(EmailMessageError) -> MIMEPart {
        // A boundary with "=_" cannot occur in quoted-printable or base64 text, so no part needs to be searched.
        let boundary = "=_" + StableHash.hexadecimal(of: Array(messageID.value.utf8))
        var content: MIMEPart
        switch (text, html) {
        case (nil, nil): throw .noBody
        case (let text?, nil): content = .text("plain", text)
        case (nil, let html?): content = .text("html", html)
        case (let text?, let html?):
            content = .multipart("alternative", boundary: boundary + "_a", [.text("plain", text), .text("html", html)])
        }
        guard !attachments.isEmpty else { return content }
        return .multipart("mixed", boundary: boundary + "_m", [content] + attachments.map(MIMEPart.attachment))
    }
}

extension EmailMessage {
    private static let reservedNames: Set<String> = [
        "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "list-unsubscribe",
        "list-unsubscribe-post", "mime-version", "return-path", "received", "sender", "dkim-signature",
    ]

    private func check() throws(EmailMessageError) {
        guard !to.isEmpty else { throw .noRecipient }
        try Self.checkValue(subject, field: "Subject")
        for (field, mailboxes) in [("From", [from]), ("To", to), ("Reply-To", replyTo)] {
            for mailbox in mailboxes { try Self.checkValue(mailbox.name ?? "", field: field) }
        }
        for header in headers {
            let isName = header.name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            guard !header.name.isEmpty, isName, header.name.utf8.count <= 60 else { throw .headerName(header.name) }
            let name = header.name.lowercased()
            guard !Self.reservedNames.contains(name), !name.hasPrefix("content-"), !name.hasPrefix("resent-") else {
                throw .reservedHeader(header.name)
            }
            try Self.checkValue(header.value, field: header.name)
        }
        for attachment in attachments {
            try Self.checkValue(attachment.filename, field: "Content-Disposition")
            let sides = attachment.contentType.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
            let isType =
                sides.count == 2
                && sides.allSatisfy {
                    !$0.isEmpty && $0.allSatisfy { $0.isASCIILetterOrDigit || "-+._".contains(Character($0)) }
                }
            guard isType, attachment.contentType.utf8.count <= 70 else { throw .contentType(attachment.contentType) }
        }
    }

    private static func checkValue(_ value: String, field: String) throws(EmailMessageError) {
        if let control = value.unicodeScalars.first(where: \.isControl) {
            throw .controlCharacter(field: field, control)
        }
    }

    private static func checkLines(of fields: String) throws(EmailMessageError) {
        var field = ""
        for line in fields.utf8.split(separator: .lineFeed) {
            if line.first != 0x20 { field = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self) }
            // The split keeps the carriage return, which does not count.
            if line.count - 1 > HeaderFolding.hardLimit { throw .headerTooLong(field: field) }
        }
    }
}
