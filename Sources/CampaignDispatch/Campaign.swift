import Foundation
import Mail
import Millrace
import Postgres

private let campaignStatement: Statement = """
    SELECT coalesce($3, shop.edition(edition, $2)), sender, unsubscribe FROM shop.campaign WHERE name = $1
    """

private let namesStatement: Statement =
    "SELECT coalesce(string_agg(name, ', ' ORDER BY name), 'none') FROM shop.campaign"

/// An edition of a campaign, with what all its mails have in common.
struct Campaign: Sendable {
    let name: String
    let edition: String
    let sender: Mailbox
    let unsubscribe: ListUnsubscribe

    /// Looks a campaign up.
    ///
    /// - Parameters:
    ///   - edition: nil for the one that the time falls into.
    /// - Throws: `PermanentFailure` when there is none of that name, or when no mail can be made with what it says.
    init(_ name: String, edition: String? = nil, at logicalTime: Date, on session: some Session) async throws {
        guard let row = try await session.first(campaignStatement, name, logicalTime, edition) else {
            let known: String = try await session.query(namesStatement)[0][0]
            throw PermanentFailure("there is no campaign \"\(name)\"  →  known: \(known); add one to shop.campaign")
        }
        let (found, sender, unsubscribe) = try row.decode(String.self, String.self, String.self)
        self.name = name
        self.edition = found
        do {
            self.sender = try Mailbox(sender)
            _ = try MessageID(key: name, domain: self.sender.address.domain)
        } catch {
            throw PermanentFailure("shop.campaign, \"\(name)\", sender: \(error)")
        }
        do {
            self.unsubscribe = try ListUnsubscribe(uris: [unsubscribe])
        } catch {
            throw PermanentFailure("shop.campaign, \"\(name)\", unsubscribe: \(error)")
        }
    }

    /// The mail of a row of the outbox, the same one each time but for its date.
    ///
    /// - Throws: `EmailMessageError` when a name or a text cannot stand in a mail.
    func letter(_ mail: PlannedMail, to address: EmailAddress) throws -> RenderedMessage {
        try EmailMessage(
            from: sender, to: [Mailbox(name: mail.name, address: address)], subject: mail.subject, date: mail.lookedAt,
            messageID: try MessageID(key: "\(name) \(edition) outbox \(mail.id)", domain: sender.address.domain),
            text: mail.text, html: mail.html, listUnsubscribe: unsubscribe
        ).rendered()
    }
}
