import Foundation

extension SampleShop {
    /// Writes `items.csv`, `customers.csv`, `events.csv` and `planted.json`; files of these names are replaced.
    ///
    /// - Parameters:
    ///   - folder: made if it is missing.
    ///   - brokenRows: how many rows that no importer can read are strewn into `events.csv`.
    /// - Returns: the truth as written, with the number of broken rows.
    /// - Throws: ``SampleShopError/cannotWrite(file:words:)``.
    @discardableResult
    public func write(to folder: String, brokenRows: Int = 0) throws(SampleShopError) -> PlantedTruth {
        try Self.attempt(folder) {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try write(folder + "/items.csv", header: ItemFormat.columns, items) { ItemFormat.append($0, to: &$1) }
        try write(folder + "/customers.csv", header: CustomerFormat.columns, customers) {
            CustomerFormat.append($0, to: &$1)
        }
        let brokenRows = max(0, brokenRows)
        var random = SampleRandom(seed: seed, stream: .broken, number: 0)
        // Number of broken rows before each position.
        var broken: [Int: Int] = [:]
        for _ in 0..<brokenRows { broken[random.below(max(1, events.count)), default: 0] += 1 }
        var kind = 0
        try write(folder + "/events.csv", header: EventFormat.columns, events.enumerated()) { numbered, bytes in
            for _ in 0..<(broken[numbered.offset] ?? 0) {
                SampleBrokenRows.append(kind, like: numbered.element, to: &bytes)
                kind += 1
            }
            EventFormat.append(numbered.element, to: &bytes)
        }
        var truth = planted
        truth.brokenRows = kind
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let file = folder + "/planted.json"
        try Self.attempt(file) {
            try (encoder.encode(truth) + [UInt8(ascii: "\n")]).write(to: URL(fileURLWithPath: file))
        }
        return truth
    }

    private func write<Row>(
        _ file: String, header: [ImportColumn], _ rows: some Sequence<Row>, append: (Row, inout [UInt8]) -> Void
    ) throws(SampleShopError) {
        let blockBytes = 1 << 20
        var bytes: [UInt8] = []
        bytes.reserveCapacity(blockBytes + 4096)
        bytes.appendCSVRow(header.map(\.name))
        try Self.attempt(file) {
            try Data().write(to: URL(fileURLWithPath: file))
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            for row in rows {
                append(row, &bytes)
                if bytes.count >= blockBytes {
                    try handle.write(contentsOf: Data(bytes))
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
        }
    }

    private static func attempt(_ file: String, _ body: () throws -> Void) throws(SampleShopError) {
        do { try body() } catch {
            throw .cannotWrite(file: file, words: error.localizedDescription)
        }
    }
}
