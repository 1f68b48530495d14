import Analytics
import BenchSupport
import Foundation

/// A split of the benchmark data: plain CSV files with a header and the columns `u,i[,v,…]`.
struct Split {
    let train: InteractionBlock
    let test: InteractionBlock

    init(train: String, test: String) throws {
        let (known, wanted) = (try Self.read(train), try Self.read(test))
        let users = Int((known + wanted).map(\.row).max() ?? -1) + 1
        let items = Int((known + wanted).map(\.column).max() ?? -1) + 1
        self.train = try InteractionBlock(known, rows: users, columnCount: items)
        self.test = try InteractionBlock(wanted, rows: users, columnCount: items)
    }

    private static func read(_ path: String) throws -> [Interaction] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Options.Wrong(description: "cannot read \(path)")
        }
        return try text.utf8.split(separator: UInt8(ascii: "\n")).dropFirst().map { line in
            let fields = line.split(separator: UInt8(ascii: ","))
            guard fields.count >= 2, let row = Int32(String(Substring(fields[0]))),
                let column = Int32(String(Substring(fields[1])))
            else { throw Options.Wrong(description: "\(path): \(String(Substring(line))) is not u,i[,v]") }
            let value = fields.count > 2 ? Float(String(Substring(fields[2]))) ?? 1 : 1
            return Interaction(row: row, column: column, value: max(1, value))
        }
    }
}
