import Foundation
import Postgres

/// A JSON value as it is stored when it is secret:
/// `{"millrace.sealed": {"key": ID, "nonce": BASE64, "text": BASE64}}`.
struct SealedValue {
    private static let mark = "millrace.sealed"

    let keyID: String
    let nonce: [UInt8]
    /// The ciphertext, then the tag.
    let text: [UInt8]

    /// Whether a value claims to be sealed. No clear value may: the mark is reserved.
    static func isMarked(_ value: JSONValue) -> Bool {
        value[mark] != nil
    }

    /// Reads the stored form; nil for all else, so that nothing in it can be changed without being noticed.
    init?(_ value: JSONValue) {
        guard value.members?.count == 1, let inner = value[Self.mark], inner.members?.count == 3,
            let id = inner["key"]?.string, Keyring.isWellFormedID(id),
            let nonce = inner["nonce"]?.string.flatMap(strictBase64), nonce.count == SealingKey.nonceByteCount,
            let text = inner["text"]?.string.flatMap(strictBase64), text.count > SealingKey.tagByteCount
        else { return nil }
        keyID = id
        self.nonce = nonce
        self.text = text
    }

    /// Seals a value with the current key.
    init(sealing value: JSONValue, by keyring: Keyring, as place: SecretPlace) throws(SealingError) {
        keyID = keyring.currentID
        nonce = SealingKey.randomNonce()
        guard let key = keyring.key(keyID) else {
            throw place.error(.unknownKey(keyID, known: keyring.ids))
        }
        do {
            text = try key.seal(Array(value.text.text.utf8), nonce: nonce, authenticating: place.associatedData)
        } catch {
            throw place.error(.cipher("\(error)"))
        }
    }

    /// The value that was sealed.
    func opened(by keyring: Keyring?, as place: SecretPlace) throws(SealingError) -> JSONValue {
        guard let keyring else { throw place.error(.noKeyringToOpen(keyID: keyID)) }
        guard let key = keyring.key(keyID) else { throw place.error(.unknownKey(keyID, known: keyring.ids)) }
        let clear: [UInt8]
        do {
            clear = try key.open(text, nonce: nonce, authenticating: place.associatedData)
        } catch {
            // The lengths were checked when it was read, so all that is left is that the tag does not fit.
            throw place.error(.tampered)
        }
        do {
            return try JSONValue(parsing: JSONText(String(decoding: clear, as: UTF8.self)))
        } catch {
            // Somebody who has the key sealed what is no JSON. The reason would quote it.
            throw place.error(.malformed)
        }
    }

    /// The stored form.
    var json: JSONValue {
        [
            Self.mark: [
                "key": .string(keyID), "nonce": .string(Data(nonce).base64EncodedString()),
                "text": .string(Data(text).base64EncodedString()),
            ]
        ]
    }
}

/// The argument that a value is sealed for. A sealed value opens nowhere else.
struct SecretPlace {
    let plugin: String
    let argument: String

    /// No argument's name has the character U+0000 (JSON that has it is refused), so two places never have the same data.
    var associatedData: [UInt8] {
        Array("millrace\u{0}\(plugin)\u{0}\(argument)".utf8)
    }

    func error(_ problem: SealingError.Problem) -> SealingError {
        SealingError(plugin: plugin, argument: argument, problem: problem)
    }
}
