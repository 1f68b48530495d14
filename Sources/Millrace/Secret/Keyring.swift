import Foundation

/// The keys that seal secret arguments, by id. One is current: it seals. All of them open.
///
/// To change keys, put a new one behind the current one on all machines, then in front of it, and keep the old one until
/// no job is left that it sealed. No description, mirror or error shows key material.
///
/// ```sh
/// export MILLRACE_KEYS="2026-11:$(openssl rand -base64 32)"
/// ```
public struct Keyring: Sendable {
    /// Shorter than a key in Base64, so that a key that stands in the place of an id is never taken for one.
    static let longestID = 32

    /// The ids of all keys, the current one first.
    public let ids: [String]
    /// The id of the key that seals.
    public let currentID: String

    private let keys: [String: SealingKey]

    /// Reads keys from a text.
    ///
    /// - Parameter text: `id:key,id2:key2`, each key 32 bytes in Base64; the first is current.
    /// - Throws: ``KeyringError``
    public init(_ text: String) throws(KeyringError) {
        try self.init(list: text, source: "the keyring")
    }

    init(list text: String, source: String) throws(KeyringError) {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false).enumerated().map {
            KeyringEntry(place: "\(source), entry \($0.offset + 1)", text: String($0.element))
        }
        try self.init(entries, source: source)
    }

    init(_ entries: [KeyringEntry], source: String) throws(KeyringError) {
        var keys: [String: SealingKey] = [:]
        var ids: [String] = []
        for entry in entries {
            let (id, key) = try entry.read()
            guard keys.updateValue(key, forKey: id) == nil else {
                throw KeyringError(source: entry.place, problem: .repeatedID(id))
            }
            ids.append(id)
        }
        guard let current = ids.first else { throw KeyringError(source: source, problem: .empty) }
        self.keys = keys
        self.ids = ids
        currentID = current
    }

    /// A new random key as an entry of a keyring: `id:key`. To be kept where only those can read it that need it.
    ///
    /// - Parameter id: up to 32 letters, digits, hyphens, dots and underscores.
    /// - Throws: ``KeyringError`` when the id is not well formed.
    public static func makeKey(id: String) throws(KeyringError) -> String {
        guard isWellFormedID(id) else { throw KeyringError(source: "a new key", problem: .badID) }
        return "\(id):\(Data(SealingKey.randomBytes()).base64EncodedString())"
    }

    static func isWellFormedID(_ id: String) -> Bool {
        id.utf8.count <= longestID && id.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
    }

    /// The key of an id, to open values.
    func key(_ id: String) -> SealingKey? { keys[id] }
}

extension Keyring: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The ids, without the keys.
    public var description: String { "Keyring(\(ids.joined(separator: ", ")))" }
    /// The ids, without the keys.
    public var debugDescription: String { description }
    /// The ids, without the keys, for `dump` and debuggers.
    public var customMirror: Mirror { Mirror(self, children: ["ids": ids], displayStyle: .struct) }
}

/// One key as it is given.
struct KeyringEntry {
    /// Where it stands, for messages.
    let place: String
    /// `id:key`
    let text: String

    func read() throws(KeyringError) -> (id: String, key: SealingKey) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let colon = text.firstIndex(of: ":") else { throw KeyringError(source: place, problem: .notAnEntry) }
        let id = String(text[..<colon])
        guard Keyring.isWellFormedID(id) else { throw KeyringError(source: place, problem: .badID) }
        guard let bytes = strictBase64(String(text[text.index(after: colon)...])), let key = SealingKey(bytes) else {
            throw KeyringError(source: place, problem: .badKey(id: id))
        }
        return (id, key)
    }
}

/// The bytes of a text that is their one form in Base64; nil for any other, also one that decoders let pass.
func strictBase64(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
    return Array(data)
}
