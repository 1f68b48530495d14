import Foundation

/// The system's time zone database: a folder of TZif files named by IANA identifiers.
struct ZoneDatabase {
    /// The folders to look at; the first one that exists is the database.
    let folders: [String]

    /// `TZDIR` where it is set, otherwise the places where distributions install tzdata.
    static var system: ZoneDatabase {
        let installed = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"]
        let chosen = ProcessInfo.processInfo.environment["TZDIR"].map { [$0] } ?? []
        return ZoneDatabase(folders: chosen + installed)
    }

    /// Reads the rules of one zone.
    func timeline(of identifier: String) throws(ZoneError) -> ZoneTimeline {
        guard let folder = existingFolder else {
            throw ZoneError(identifier: identifier, problem: .noDatabase(searched: folders))
        }
        let file = folder + "/" + identifier
        var isFolder: ObjCBool = false
        guard
            Self.isWellFormed(identifier),
            FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue
        else {
            throw unknown(identifier)
        }
        do {
            return try ZoneFile(bytes: Array(Data(contentsOf: URL(fileURLWithPath: file)))).timeline
        } catch {
            throw ZoneError(identifier: identifier, problem: .unreadable(file: file, reason: "\(error)"))
        }
    }

    /// All identifiers of the database in alphabetical order, backward links such as `US/Pacific` included.
    var identifiers: [String] {
        guard
            let folder = existingFolder,
            let names = FileManager.default.enumerator(atPath: folder)
        else { return [] }
        var found: [String] = []
        for case let name as String in names where Self.isWellFormed(name) {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
            if isThere, !isFolder.boolValue { found.append(name) }
        }
        return found.sorted()
    }

    private var existingFolder: String? {
        folders.first { folder in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) && isFolder.boolValue
        }
    }

    /// Whether a name may be an IANA identifier. The database's other files (`posix/…`, `right/…` with leap seconds,
    /// `localtime`, `zone.tab`) start with a small letter or have a dot; `Factory` stands for "not configured".
    private static func isWellFormed(_ identifier: String) -> Bool {
        guard let first = identifier.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else {
            return false
        }
        let isPlain = identifier.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_+-/".unicodeScalars.contains(scalar))
        }
        return isPlain && !identifier.hasSuffix("/") && !identifier.contains("//") && identifier != "Factory"
    }

    private func unknown(_ identifier: String) -> ZoneError {
        ZoneError(identifier: identifier, problem: .unknown(advice: advice(for: identifier)))
    }

    private func advice(for typed: String) -> String {
        let known = identifiers
        let underscored = typed.replacingOccurrences(of: " ", with: "_")
        func suggest(_ identifier: String) -> String { "did you mean \"\(identifier)\"?" }

        if let same = known.first(where: { $0.lowercased() == underscored.lowercased() }) { return suggest(same) }
        if let offset = fixedOffset(typed), known.contains(offset) {
            return
                "did you mean \"\(offset)\"? (these names count the other way: Etc/GMT-8 is eight hours ahead of UTC)"
        }
        if let city = known.first(where: { $0.lowercased().hasSuffix("/" + underscored.lowercased()) }) {
            return suggest(city)
        }
        if let member = known.first(where: { $0.lowercased().hasPrefix(underscored.lowercased() + "/") }) {
            return "add a city to the area, such as \"\(member)\""
        }
        if underscored.count > 4 {
            if let close = closestSpelling(of: underscored, among: known) { return suggest(close) }
            let cities = known.reversed().reduce(into: [String: String]()) { cities, identifier in
                cities[identifier.split(separator: "/").last.map(String.init) ?? identifier] = identifier
            }
            let lastPart = underscored.split(separator: "/").last.map(String.init) ?? underscored
            if let close = closestSpelling(of: lastPart, among: cities.keys), let identifier = cities[close] {
                return suggest(identifier)
            }
        }
        return "write an area and a city, such as \"Europe/Paris\" (or \"UTC\")"
    }

    /// `UTC+8`, `GMT-3` and `+08:00` as the identifier that has this offset.
    private func fixedOffset(_ typed: String) -> String? {
        guard let match = typed.uppercased().wholeMatch(of: /(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?00)?/) else {
            return nil
        }
        return match.2 == "0" ? "UTC" : "Etc/GMT\(match.1 == "+" ? "-" : "+")\(match.2)"
    }
}
