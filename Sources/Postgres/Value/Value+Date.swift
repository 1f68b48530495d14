public import Foundation

extension Date: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// Seconds from PostgreSQL's epoch, 2000-01-01, to Foundation's, 2001-01-01.
    private static let secondsBetweenEpochs = 366.0 * 86_400

    /// `timestamptz`
    public static var postgresElementType: PostgresType { .timestamptz }
    /// `timestamptz`
    public var postgresType: PostgresType { .timestamptz }

    /// Appends microseconds since 2000-01-01 UTC, rounded to the nearest.
    ///
    /// - Throws: ``PostgresEncodingError/outOfRange(swiftType:type:)`` before 4714 BC and after 294276 AD.
    public func encode(into bytes: inout [UInt8]) throws {
        let microseconds = ((timeIntervalSinceReferenceDate + Date.secondsBetweenEpochs) * 1e6).rounded()
        // The bounds of the server's type (MIN_TIMESTAMP and END_TIMESTAMP in datatype/timestamp.h).
        guard microseconds >= -211_813_488_000_000_000, microseconds < 9_223_371_331_200_000_000 else {
            throw PostgresEncodingError.outOfRange(swiftType: "Date", type: .timestamptz)
        }
        IntegerFormat.append(Int64(microseconds), to: &bytes)
    }

    /// Reads `timestamptz`, `timestamp` (taken as UTC) and `date` (its midnight in UTC);
    /// `infinity` and `-infinity` read as `distantFuture` and `distantPast`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        let sinceEpoch: Double
        switch type {
        case .timestamptz, .timestamp:
            switch try IntegerFormat.read(bytes, as: Int64.self, type: type) {
            case .max: self = .distantFuture; return
            case .min: self = .distantPast; return
            case let microseconds:
                // Whole seconds and the rest apart: their sum in a Double is then the nearest one.
                let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
                sinceEpoch = Double(seconds) - Date.secondsBetweenEpochs + Double(rest) / 1e6
            }
        case .date:
            switch try IntegerFormat.read(bytes, as: Int32.self, type: type) {
            case .max: self = .distantFuture; return
            case .min: self = .distantPast; return
            case let days: sinceEpoch = Double(days) * 86_400 - Date.secondsBetweenEpochs
            }
        default: throw PostgresDecodingError(.wrongType, type: type, swiftType: Date.self)
        }
        self.init(timeIntervalSinceReferenceDate: sinceEpoch)
    }
}
