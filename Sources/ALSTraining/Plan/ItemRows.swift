import Analytics
import Foundation

/// Numbers given to items in the order in which they turn up.
struct ItemNumbers: Sendable {
    private var numbers: [Int32: Int32] = [:]
    private var ids: [Int32] = []
    private var seenAt: [Date] = []
    private var isColumn: [Bool] = []

    /// The number of an item.
    ///
    /// - Parameters:
    ///   - item: its id.
    ///   - time: of the first event of it that is being looked at.
    ///   - isColumn: whether it is to be in the matrices; once is enough.
    mutating func number(of item: Int32, seenAt time: Date, isColumn: Bool) -> Int32 {
        if let number = numbers[item] {
            seenAt[Int(number)] = min(seenAt[Int(number)], time)
            if isColumn { self.isColumn[Int(number)] = true }
            return number
        }
        let number = Int32(ids.count)
        numbers[item] = number
        ids.append(item)
        seenAt.append(time)
        self.isColumn.append(isColumn)
        return number
    }

    /// Items of the matrices by ascending id, when each was first seen, and the column of each number; −1 for none.
    var sorted: (ids: [Int32], seenAt: [Date], columns: [Int32]) {
        let order = ids.indices.filter { isColumn[$0] }.sorted { ids[$0] < ids[$1] }
        var columns = [Int32](repeating: -1, count: ids.count)
        for (place, number) in order.enumerated() { columns[number] = Int32(place) }
        return (order.map { ids[$0] }, order.map { seenAt[$0] }, columns)
    }
}

/// Rows of a matrix in the making, whose columns are still numbers of items.
struct ItemRows: Sendable {
    private var offsets = [0]
    private var numbers: [Int32] = []
    private var values: [Float] = []

    /// Appends a row; items become numbers in ascending order of their ids.
    mutating func append(
        _ row: [Int32: Float], _ items: inout ItemNumbers, _ number: (inout ItemNumbers, Int32) -> Int32
    ) {
        for (item, value) in row.sorted(by: { $0.key < $1.key }) {
            numbers.append(number(&items, item))
            values.append(value)
        }
        offsets.append(numbers.count)
    }

    /// Appends a row of items that are there or not.
    mutating func append(
        _ row: Set<Int32>, _ items: inout ItemNumbers, _ number: (inout ItemNumbers, Int32) -> Int32
    ) {
        for item in row.sorted() {
            numbers.append(number(&items, item))
            values.append(1)
        }
        offsets.append(numbers.count)
    }

    /// The rows as a matrix, without items that are no columns; columns ascend within a row because the ids did.
    func matrix(columns: [Int32], count: Int) throws(FactorizationError) -> InteractionBlock {
        var kept: (offsets: [Int], columns: [Int32], values: [Float]) = ([0], [], [])
        kept.offsets.reserveCapacity(offsets.count)
        kept.columns.reserveCapacity(numbers.count)
        kept.values.reserveCapacity(numbers.count)
        for row in 0..<offsets.count - 1 {
            for position in offsets[row]..<offsets[row + 1] where columns[Int(numbers[position])] >= 0 {
                kept.columns.append(columns[Int(numbers[position])])
                kept.values.append(values[position])
            }
            kept.offsets.append(kept.columns.count)
        }
        return try InteractionBlock(
            columnCount: count, rowOffsets: kept.offsets, columns: kept.columns, values: kept.values)
    }
}
