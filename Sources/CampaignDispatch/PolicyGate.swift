import Foundation
import Mail

/// A row of the outbox that may be sent, with everything the policy gate asks for.
struct PlannedMail: Sendable {
    let id: Int64
    let customer: Int32
    let name: String?
    let email: String?
    let hasConsent: Bool
    /// Why the address gets nothing; nil when it is not suppressed.
    let suppression: String?
    let subject: String
    let text: String?
    let html: String?
    /// When it was looked at, by the database's clock.
    let lookedAt: Date
}

/// What decides whether a mail may leave. It is asked in the transaction that leases the mail.
enum PolicyGate {
    enum Answer: Sendable, Equatable {
        case mayLeave(EmailAddress)
        case refused(reason: String)
    }

    /// Consent first: of somebody who wants no mail, nothing else matters.
    static func judge(_ mail: PlannedMail) -> Answer {
        guard mail.hasConsent else { return .refused(reason: "no consent") }
        guard let email = mail.email, !email.isEmpty else { return .refused(reason: "no address") }
        if let suppression = mail.suppression { return .refused(reason: "suppressed: \(suppression)") }
        do throws(EmailAddressError) {
            return .mayLeave(try EmailAddress(email))
        } catch {
            // The address stands in the row; without it, equal reasons can be counted.
            return .refused(reason: "malformed address")
        }
    }
}
