/// A keyring that cannot be made. It never holds key material.
public struct KeyringError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Sendable, Hashable {
        /// There is no key in it.
        case empty
        /// An entry is not an id, a colon and a key. What stands there may be a key, so it is not shown.
        case notAnEntry
        /// An id is not well formed. What stands there may be a key, so it is not shown.
        case badID
        /// The key of an id is not 32 bytes in Base64.
        case badKey(id: String)
        /// An id is given twice.
        case repeatedID(String)
        /// `MILLRACE_KEYS` and `MILLRACE_KEY_FILE` are both set.
        case twoSources
        /// The file cannot be opened or read.
        case unreadable(String)
        /// It is a folder, a pipe or a device.
        case notAFile
        /// The file holds more than a keyring does.
        case tooLarge
        /// Its rights let group or others read or write it; the rights are octal.
        case openToOthers(rights: String)
    }

    /// Where the keyring is read from, with the entry or the line.
    public let source: String
    /// What is wrong.
    public let problem: Problem

    /// What happened, and the way out.
    public var description: String {
        switch problem {
        case .empty: "\(source): there is no key  →  give one as id:key, the key being 32 random bytes in Base64"
        case .notAnEntry: "\(source): is no key (not shown)  →  give id:key, the key being 32 random bytes in Base64"
        case .badID:
            "\(source): the id (not shown) is not well formed  →  use up to \(Keyring.longestID) letters, digits, "
                + "hyphens, dots and underscores before the colon"
        case .badKey(let id):
            "\(source): the key of \"\(id)\" (not shown) is not 32 bytes in Base64  →  give 44 characters, as "
                + "`openssl rand -base64 32` prints them"
        case .repeatedID(let id):
            "\(source): there is a key \"\(id)\" already  →  give each key an id of its own"
        case .twoSources:
            "\(source): both are set  →  unset one of them, so that it is clear which keys count"
        case .unreadable(let reason): "\(source): cannot be read: \(reason)  →  correct MILLRACE_KEY_FILE or the file"
        case .notAFile: "\(source): is no file  →  name a file that holds the keys, one id:key a line"
        case .tooLarge: "\(source): is larger than 64 KiB  →  name a file that holds the keys, one id:key a line"
        case .openToOthers(let rights):
            "\(source): has the rights \(rights), so others can read or change it  →  chmod 600 \(source), and replace "
                + "the keys if others may have read them"
        }
    }
}
