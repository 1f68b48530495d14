public import ArgumentParser
public import Millrace
public import Shop

extension JobID: ExpressibleByArgument {}
extension JobState: ExpressibleByArgument {}
extension GapRule: ExpressibleByArgument {}
extension FoldRule: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}

/// A length of time such as `90s`, `5m` or `1h30m`, for options.
@Sendable func duration(_ text: String) throws -> Duration {
    try DurationText(text).duration
}

/// A length of time above zero, or `off`, for options that can be switched off.
@Sendable func durationOrOff(_ text: String) throws -> Duration? {
    guard text != "off" else { return nil }
    let length = try duration(text)
    guard length > .zero else { throw ValidationError("write a length of time above zero such as 10m, or off") }
    return length
}

/// A number from 0 on, or `off`.
@Sendable func numberOrOff(_ text: String) throws -> Int? {
    guard text != "off" else { return nil }
    guard let number = Int(text), number >= 0 else { throw ValidationError("write a number from 0 on, or off") }
    return number
}

/// What may be a value or `off`; an optional could not be told from an argument that was left out.
struct OptionalSetting<Value: Sendable>: Sendable {
    let value: Value?

    init(_ value: Value?) {
        self.value = value
    }
}
