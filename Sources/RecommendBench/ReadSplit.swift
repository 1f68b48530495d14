import Analytics
import BenchSupport
import Foundation

/// A split of the benchmark data: plain CSV files with a header and the columns `u,i[,v[,timestamp]]`.
struct Split {
    let train: InteractionBlock
    let test: InteractionBlock
    /// When the interactions of the training data were, where the file says so.
    let times: InteractionTimes

    init(train: String, test: String) throws {
        let (known, wanted) = (try Self.read(train), try Self.read(test))
        let all = (known + wanted).map(\.interaction)
        let users = Int(all.map(\.row).max() ?? -1) + 1
        let items = Int(all.map(\.column).max() ?? -1) + 1
        self.train = try InteractionBlock(known.map(\.interaction), rows: users, columnCount: items)
        self.test = try InteractionBlock(wanted.map(\.interaction), rows: users, columnCount: items)
        times = InteractionTimes(known)
    }

    struct Line {
        let interaction: Interaction
        /// Seconds since 1970.
        let time: Int64?
    }

    private static func read(_ path: String) throws -> [Line] {
        let text = try readText(path)
        return try text.utf8.split(separator: UInt8(ascii: "\n")).dropFirst().map { line in
            let fields = line.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
            guard fields.count >= 2, let row = Int32(fields[0]), let column = Int32(fields[1]) else {
                throw Options.Wrong(description: "\(path): \(String(Substring(line))) is not u,i[,v[,timestamp]]")
            }
            let value = fields.count > 2 ? Float(fields[2]) ?? 1 : 1
            return Line(
                interaction: Interaction(row: row, column: column, value: max(1, value)),
                time: fields.count > 3 ? Int64(fields[3]) : nil)
        }
    }
}

/// When users and items met.
struct InteractionTimes {
    private var times: [UInt64: Int64] = [:]

    init(_ lines: [Split.Line]) {
        for line in lines {
            if let time = line.time { times[Self.key(line.interaction.row, line.interaction.column)] = time }
        }
    }

    private static func key(_ row: Int32, _ column: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: row)) << 32 | UInt64(UInt32(bitPattern: column))
    }

    /// How interactions are put together to rows that are smaller, or other, than users.
    enum Grouping: Int {
        /// What a user did at one moment: an invoice.
        case invoice = 1
        /// What all users did on a day or within seven days.
        case day, week
    }

    /// The interactions of a block in other rows; the values are how many there are.
    func grouped(_ data: InteractionBlock, by grouping: Grouping) throws -> InteractionBlock {
        struct Group: Hashable {
            let user: Int
            let time: Int64
        }
        var rows: [Group: Int32] = [:]
        var counts: [UInt64: Float] = [:]
        for row in 0..<data.rows {
            for column in data.columns(ofRow: row) {
                guard let time = times[Self.key(Int32(row), column)] else {
                    throw Options.Wrong(
                        description: "user \(row) and item \(column) have no timestamp to group them by")
                }
                let group =
                    switch grouping {
                    case .invoice: Group(user: row, time: time)
                    case .day: Group(user: 0, time: time / 86_400)
                    case .week: Group(user: 0, time: time / 604_800)
                    }
                let number = rows[group] ?? Int32(rows.count)
                rows[group] = number
                counts[Self.key(number, column), default: 0] += 1
            }
        }
        return try InteractionBlock(
            counts.sorted { $0.key < $1.key }.map {
                Interaction(row: Int32($0.key >> 32), column: Int32(truncatingIfNeeded: $0.key), value: $0.value)
            }, rows: rows.count, columnCount: data.columnCount)
    }
}
