import Foundation
import Postgres

extension DefinitionReader {
    static let scheduleKeys = [
        "cron", "every", "anchor", "timezone", "misfire", "overlap", "jitter", "gap", "fold", "starts", "ends",
        "parameters",
    ]

    /// A schedule; nil when its slots are not known.
    mutating func readSchedule(_ node: YAMLNode, at path: ValuePath) -> ScheduleDefinition? {
        let form = #"write `schedule: { cron: "0 3 * * *", timezone: Europe/Paris }` or `schedule: { every: 90s }`"#
        guard let fields = fields(of: node, at: path, known: Self.scheduleKeys, as: "a mapping", wayOut: form) else {
            return nil
        }
        if fields["cron"] == nil, fields["every"] == nil {
            report(.missingKey(wayOut: form), at: path.key("cron"))
        }
        let cron = readCronCadence(fields, at: path)
        let every = readIntervalCadence(fields, at: path)
        let misfire = fields["misfire"].flatMap { readMisfire($0, at: path.key("misfire")) }
        let overlap: OverlapPolicy? = fields["overlap"].flatMap { readChoice($0, at: path.key("overlap")) }
        let jitter = fields["jitter"].flatMap { readDuration($0, at: path.key("jitter"), atLeast: .zero) }
        let starts = fields["starts"].flatMap { readInstant($0, at: path.key("starts")) }
        let ends = fields["ends"].flatMap { readInstant($0, at: path.key("ends")) }
        let parameters = readScheduleParameters(fields["parameters"], at: path.key("parameters"))

        guard let cadence = cron ?? every else { return nil }
        let schedule = ScheduleDefinition(
            cadence, misfire: misfire ?? .latest, overlap: overlap ?? .allow, jitter: jitter ?? .zero,
            starts: starts, ends: ends, parameters: parameters)
        if let starts, let ends {
            if ends < starts {
                report(.endsBeforeStart, at: path.key("ends"))
            } else if schedule.next(after: .distantPast) == nil {
                report(.noSlot, at: path.key("ends"))
            }
        }
        return schedule
    }

    private mutating func readCronCadence(_ fields: [String: YAMLNode], at path: ValuePath) -> Cadence? {
        let cron = fields["cron"].flatMap { readCron($0, at: path.key("cron")) }
        let zone = fields["timezone"].map { readZone($0, at: path.key("timezone")) } ?? .utc
        let gap: GapRule? = fields["gap"].flatMap { readChoice($0, at: path.key("gap")) }
        let fold: FoldRule? = fields["fold"].flatMap { readChoice($0, at: path.key("fold")) }
        guard let cron, let zone else { return nil }
        return .cron(cron, zone: zone, gap: gap ?? .shift, fold: fold ?? .first)
    }

    private mutating func readIntervalCadence(_ fields: [String: YAMLNode], at path: ValuePath) -> Cadence? {
        guard let node = fields["every"] else {
            if fields["anchor"] != nil, fields["cron"] != nil {
                report(.clash(with: "cron", wayOut: "take it out"), at: path.key("anchor"))
            }
            return nil
        }
        if fields["cron"] != nil {
            report(.clash(with: "cron", wayOut: "keep one of cron and every"), at: path.key("every"))
        } else {
            for key in ["timezone", "gap", "fold"] where fields[key] != nil {
                report(.clash(with: "every", wayOut: "take it out, it is for cron"), at: path.key(key))
            }
        }
        let interval = readDuration(node, at: path.key("every"), atLeast: .seconds(1))
        let anchor = fields["anchor"].map { readInstant($0, at: path.key("anchor")) }
        guard let interval, let anchor = anchor ?? Date(timeIntervalSince1970: 0) else { return nil }
        return .every(interval, anchor: anchor)
    }

    private mutating func readInstant(_ node: YAMLNode, at path: ValuePath) -> Date? {
        guard let text = node.text else {
            let wayOut = "write it like 2026-03-29T03:00:00+02:00"
            report(.wrongType(found: node.shown, expected: "an instant", wayOut: wayOut), at: path)
            return nil
        }
        do {
            return try RFC3339.date(text)
        } catch {
            report(.instant(error), at: path)
            return nil
        }
    }

    private mutating func readCron(_ node: YAMLNode, at path: ValuePath) -> CronExpression? {
        guard let text = node.text else {
            report(
                .wrongType(
                    found: node.shown, expected: "a cron expression", wayOut: #"write it like `cron: "0 3 * * *"`"#),
                at: path)
            return nil
        }
        do {
            let cron = try CronExpression(text)
            try cron.requireFiring()
            return cron
        } catch {
            report(.cron(error), at: path)
            return nil
        }
    }

    private mutating func readZone(_ node: YAMLNode, at path: ValuePath) -> Zone? {
        guard let identifier = readText(node, at: path, example: "timezone: Europe/Paris") else { return nil }
        do {
            return try Zone(named: identifier)
        } catch {
            report(.zone(error), at: path)
            return nil
        }
    }

    private mutating func readMisfire(_ node: YAMLNode, at path: ValuePath) -> MisfirePolicy? {
        let highest = MisfirePolicy.greatestMaximum
        switch node.text {
        case "skip": return .skip
        case "latest": return .latest
        case "all": return .all(maximum: MisfirePolicy.usualMaximum)
        case let text?:
            guard let count = text.wholeMatch(of: /all\(([0-9]+)\)/)?.1 else { break }
            guard let maximum = Int(count), (1...highest).contains(maximum) else {
                report(.outOfRange(String(count), from: 1, to: highest), at: path)
                return nil
            }
            return .all(maximum: maximum)
        case nil: break
        }
        reportChoice(node, ["skip", "latest", "all", "all(100)"], at: path)
        return nil
    }
}
