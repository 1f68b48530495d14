/// What the generator planted, for tests that ask whether the pipeline finds it again; written as `planted.json`.
public struct PlantedTruth: Codable, Sendable, Equatable {
    /// A group of customers who behave alike.
    public struct Segment: Codable, Sendable, Equatable {
        /// Short name, such as `bargain-hunters`.
        public var name: String
        /// How they behave, in plain words.
        public var summary: String
        /// How many customers it has.
        public var customers: Int
    }

    /// A group of categories that the same customers like.
    public struct Taste: Codable, Sendable, Equatable {
        /// Short name, such as `garden`.
        public var name: String
        /// Its categories; no category belongs to two tastes.
        public var categories: [String]
        /// How many items it has.
        public var items: Int
    }

    /// The truth about one customer.
    public struct Customer: Codable, Sendable, Equatable {
        /// The code in `customers.csv`.
        public var code: String
        /// Name of the segment.
        public var segment: String
        /// Names of one taste, or of two of which the first weighs more.
        public var tastes: [String]
        /// Whether mail to the address bounces.
        public var bounces: Bool
    }

    /// The truth about one item.
    public struct Item: Codable, Sendable, Equatable {
        /// The code in `items.csv`.
        public var code: String
        /// Name of the taste.
        public var taste: String
    }

    /// What the generator was given.
    public var seed: UInt64
    /// Length of the shop's time in days.
    public var days: Int
    /// RFC 3339; every event is earlier.
    public var end: String
    /// Share of views that are of the customer's own tastes.
    public var tasteShare: Double
    /// All events, duplicates included, broken rows not.
    public var events: Int
    /// Events that occur a second time, in every column.
    public var duplicateEvents: Int
    /// Rows put into `events.csv` that no importer can read.
    public var brokenRows: Int
    /// The planted segments.
    public var segments: [Segment]
    /// The planted tastes.
    public var tastes: [Taste]
    /// All customers, in the order of their codes.
    public var customers: [Customer]
    /// All items, in the order of their codes.
    public var items: [Item]
}
