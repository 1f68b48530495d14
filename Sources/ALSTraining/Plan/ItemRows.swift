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
    /// Not kept before one of them is not 1.
    private var values: [Float]?

    /// Appends a row; items become numbers in ascending order of their ids.
    mutating func append(
        _ row: [Int32: Float], _ items: inout ItemNumbers, _ number: (inout ItemNumbers, Int32) -> Int32
    ) {
        for (item, value) in row.sorted(by: { $0.key < $1.key }) {
            if value != 1, values == nil { values = [Float](repeating: 1, count: numbers.count) }
            numbers.append(number(&items, item))
            values?.append(value)
        }
        offsets.append(numbers.count)
    }

    /// Appends a row of items that are there or not.
    mutating func append(
        _ row: Set<Int32>, _ items: inout ItemNumbers, _ number: (inout ItemNumbers, Int32) -> Int32
    ) {
        for item in row.sorted() {
            numbers.append(number(&items, item))
            values?.append(1)
        }
        offsets.append(numbers.count)
    }

    /// Whether each row has the items of the other's.
    func hasSameItems(as other: ItemRows) -> Bool { offsets == other.offsets && numbers == other.numbers }

    /// Takes the rows out as a matrix, without items that are no columns; columns ascend within a row because the ids did.
    ///
    /// No rows are left, and none are copied: they may be a good part of the process's memory.
    mutating func takeMatrix(columns: [Int32], count: Int) throws(FactorizationError) -> InteractionBlock {
        var rows = ItemRows()
        swap(&rows, &self)
        var values = rows.values ?? [Float](repeating: 1, count: rows.numbers.count)
        rows.values = nil
        var (start, kept) = (0, 0)
        for row in 1..<rows.offsets.count {
            for position in start..<rows.offsets[row] where columns[Int(rows.numbers[position])] >= 0 {
                rows.numbers[kept] = columns[Int(rows.numbers[position])]
                values[kept] = values[position]
                kept += 1
            }
            start = rows.offsets[row]
            rows.offsets[row] = kept
        }
        rows.numbers.removeLast(rows.numbers.count - kept)
        values.removeLast(values.count - kept)
        return try InteractionBlock(
            columnCount: count, rowOffsets: rows.offsets, columns: rows.numbers, values: values)
    }
}
