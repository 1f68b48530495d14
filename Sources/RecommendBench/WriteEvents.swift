import Analytics
import BenchSupport
import Foundation

/// Writes the synthetic set as the purchases of a shop, for COPY into `shop.event`: a line of text for each interaction,
/// ten of a customer to an order, an order a day.
///
/// Columns: customer (from 1), item (from 1), time, order; separated by tabs. Who bought what follows from the seed; how
/// often does not count.
func writeEvents(_ options: Options) throws {
    let set = SyntheticInteractions(
        users: try options.integer("users", or: 200_000), items: try options.integer("items", or: 50_000),
        interactions: try options.integer("interactions", or: 20_000_000),
        seed: UInt64(try options.integer("seed", or: 1)))
    let matrix = try set.matrix(threads: try options.integer("threads", or: 2))
    var text: [UInt8] = []
    for row in 0..<matrix.rows {
        for (place, column) in matrix.columns(ofRow: row).enumerated() {
            let day = place / 10
            text.append(contentsOf: "\(row + 1)\t\(column + 1)\t\(day < 9 ? "2026-01-0" : "2026-01-")".utf8)
            // More orders than days of the month share its last day, in the order of their numbers.
            text.append(contentsOf: "\(min(day + 1, 31))Z\t\(day)\n".utf8)
        }
        if text.count > 1 << 20 || row == matrix.rows - 1 {
            try FileHandle.standardOutput.write(contentsOf: Data(text))
            text.removeAll(keepingCapacity: true)
        }
    }
}
