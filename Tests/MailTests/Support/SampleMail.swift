import Foundation

@testable import Mail

/// A message with everything a campaign uses.
func sampleMessage(to recipient: String = "ann@example.com", subject: String = "Your picks") throws -> EmailMessage {
    EmailMessage(
        from: Mailbox(name: "Blue Shop", address: try EmailAddress("hello@shop.example")),
        to: [Mailbox(name: "Ann", address: try EmailAddress(recipient))],
        subject: subject,
        date: Date(timeIntervalSince1970: 1_795_489_980),
        messageID: try MessageID(key: "weekly-picks/\(recipient)", domain: "shop.example"),
        text: "Hello Ann\n.\n..two dots\nBye\n",
        html: "<p>Hello Ann</p>\n")
}
