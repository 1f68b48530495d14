/// The id of a job: rises with the order of enqueueing, never used twice.
public struct JobID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible, LosslessStringConvertible {
    /// The value of `millrace.job.id`.
    public let rawValue: Int64

    /// Wraps the value of `millrace.job.id`.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the decimal form that the command line shows; nil for anything else.
    public init?(_ description: String) {
        guard let value = Int64(description), value > 0 else { return nil }
        self.init(value)
    }

    /// Reads the number that stands for it in JSON.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes it as a number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// The decimal form.
    public var description: String { String(rawValue) }

    /// Older jobs come first.
    public static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}
