import Millrace

/// How rules are written in maps, and told to people.
extension TimeReading {
    /// Ways to write times that have a name.
    static let byName: [String: TimeReading] = [
        "rfc3339": .rfc3339, "epoch-seconds": .epoch(unitsPerSecond: 1),
        "epoch-milliseconds": .epoch(unitsPerSecond: 1000), "epoch-microseconds": .epoch(unitsPerSecond: 1_000_000),
    ]

    var shown: String {
        switch self {
        case .rfc3339: "RFC 3339"
        case .epoch(1): "seconds since 1970"
        case .epoch(1000): "milliseconds since 1970"
        case .epoch: "microseconds since 1970"
        case .pattern(let pattern, let zone): pattern.hasZone ? pattern.text : "\(pattern.text) in \(zone.zone)"
        }
    }
}

extension TimePattern.Problem {
    var problem: String {
        switch self {
        case .unknownSign(let sign): "has the unknown sign \(sign)"
        case .noDate: "has no year, month or day"
        case .halfTwelveHours: "has %I without %p, or %p without %I"
        }
    }

    var wayOut: String {
        switch self {
        case .unknownSign: "use %Y %y %m %d %b %H %I %M %S %f %p %z, and %% for a percent sign"
        case .noDate: "name %Y or %y, %m or %b, and %d"
        case .halfTwelveHours: "use %H for hours of 24, or both %I and %p"
        }
    }
}

extension NumberStyle {
    var shown: String {
        func sign(_ byte: UInt8) -> String { String(decoding: [byte], as: UTF8.self) }
        let group = grouping.map { ", groups of three by \"\(sign($0))\"" } ?? ""
        return "fraction after \"\(sign(decimal))\"\(group)"
    }
}

extension JSONPath {
    var shown: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

extension LocalZone {
    static let utc = LocalZone(zone: .utc)
}
