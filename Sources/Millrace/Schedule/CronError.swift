/// A cron expression that cannot be used, with the place and the way out.
///
/// ```text
/// cron "0 25 * * *", column 3, hour: 25 is more than 23 → write an hour from 0 to 23
/// ```
public struct CronError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The whole expression as it was given.
    public let expression: String
    /// The field that is wrong; `nil` when the expression as a whole is.
    public let field: CronField?
    /// The part that is wrong; empty when something is missing there.
    public let text: String
    /// Where that part begins in the expression, counted in characters from 1.
    public let column: Int
    /// What is wrong.
    public let problem: String
    /// What to write instead.
    public let wayOut: String

    /// What happened, and the way out.
    public var description: String {
        let place = ["column \(column)", field?.title].compactMap(\.self).joined(separator: ", ")
        return "cron \"\(expression)\", \(place): \(problem) → \(wayOut)"
    }
}
