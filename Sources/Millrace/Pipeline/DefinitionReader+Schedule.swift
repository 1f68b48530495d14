import Postgres

extension DefinitionReader {
    private static let scheduleKeys = ["cron", "timezone", "misfire", "overlap", "jitter", "gap", "fold"]

    /// A schedule; nil when its cron expression or its zone cannot be used.
    mutating func readSchedule(_ node: YAMLNode, at path: ValuePath) -> ScheduleDefinition? {
        let form = #"write `schedule: { cron: "0 3 * * *", timezone: Europe/Paris }`"#
        guard let fields = fields(of: node, at: path, known: Self.scheduleKeys, as: "a mapping", wayOut: form) else {
            return nil
        }
        var cron: CronExpression?
        if let node = fields["cron"] {
            cron = readCron(node, at: path.key("cron"))
        } else {
            report(.missingKey(wayOut: form), at: path.key("cron"))
        }
        let zone = fields["timezone"].map { readZone($0, at: path.key("timezone")) } ?? .utc
        let misfire = fields["misfire"].flatMap { readMisfire($0, at: path.key("misfire")) }
        let overlap = fields["overlap"].flatMap { readOverlap($0, at: path.key("overlap")) }
        let jitter = fields["jitter"].flatMap { readDuration($0, at: path.key("jitter"), atLeast: .zero) }
        let gap: GapRule? = fields["gap"].flatMap { readChoice($0, at: path.key("gap")) }
        let fold: FoldRule? = fields["fold"].flatMap { readChoice($0, at: path.key("fold")) }
        guard let cron, let zone else { return nil }
        return ScheduleDefinition(
            cron: cron, zone: zone, misfire: misfire ?? .latest, overlap: overlap ?? .allow, jitter: jitter ?? .zero,
            gap: gap ?? .shift, fold: fold ?? .first)
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
        let highest = 10_000
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

    private mutating func readOverlap(_ node: YAMLNode, at path: ValuePath) -> OverlapPolicy? {
        if let text = node.text, ["queue", "cancel-running"].contains(text) {
            report(.notYet(text, allowed: OverlapPolicy.allCases.map(\.rawValue)), at: path)
            return nil
        }
        return readChoice(node, at: path)
    }
}
