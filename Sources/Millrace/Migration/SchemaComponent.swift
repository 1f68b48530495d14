internal import MillraceSQL

/// A part of the database that is migrated by itself: a schema, its numbered migrations, and what is replaced whole.
///
/// A program that imports the library may migrate tables of its own beside Millrace's.
public struct SchemaComponent: Sendable {
    /// One SQL file.
    public struct File: Sendable {
        /// Its name without the ending, for messages.
        public let name: String
        /// Its text: any number of statements, no parameters.
        public let text: String

        /// A file by name and text.
        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// The schema, which is also the component's name.
    public let schema: String
    /// Applied once each, the first one as version 1. Never change one that was released.
    public let migrations: [File]
    /// Applied again, all of them, whenever one has changed.
    public let replaced: [File]

    /// A component by its schema and files.
    public init(schema: String, migrations: [File], replaced: [File]) {
        self.schema = schema
        self.migrations = migrations
        self.replaced = replaced
    }

    /// The scheduler's own.
    public static let millrace = SchemaComponent(
        schema: "millrace",
        migrations: MillraceSQL.migrations.map { File(name: $0.name, text: $0.text) },
        replaced: MillraceSQL.replaced.map { File(name: $0.name, text: $0.text) })

    /// Changes when one of the replaced files does.
    var replacedChecksum: String { Self.checksum(replaced.map { $0.name + "\n" + $0.text }.joined(separator: "\n")) }

    /// FNV-1a, 64 bits, in hexadecimal: tells an edited file from the one applied; it is no protection against malice.
    static func checksum(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
