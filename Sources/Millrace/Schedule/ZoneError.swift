/// A time zone that cannot be used: its name is unknown or its rules cannot be read.
///
/// ```text
/// "Asia/Shangai" is no IANA zone → did you mean "Asia/Shanghai"?
/// ```
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the zone.
    public enum Problem: Hashable, Sendable {
        /// No zone of that name; `advice` says what to write instead.
        case unknown(advice: String)
        /// This machine has no time zone database in any of the folders looked at.
        case noDatabase(searched: [String])
        /// The zone's file is there and is no usable TZif file.
        case unreadable(file: String, reason: String)
    }

    /// The name as it was given.
    public let identifier: String
    /// What is wrong with it.
    public let problem: Problem

    /// What happened, and the way out.
    public var description: String {
        switch problem {
        case .unknown(let advice):
            "\"\(identifier)\" is no IANA zone → \(advice)"
        case .noDatabase(let searched):
            "cannot look up zone \"\(identifier)\": no time zone database in \(searched.joined(separator: ", ")) "
                + "→ install the package tzdata, or set TZDIR to its folder"
        case .unreadable(let file, let reason):
            "cannot read zone \"\(identifier)\" from \(file): \(reason) → reinstall the package tzdata"
        }
    }
}
