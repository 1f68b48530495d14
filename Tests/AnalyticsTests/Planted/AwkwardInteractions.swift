import Analytics

/// Data that shops do have and models trip over.
enum AwkwardInteractions: String, CaseIterable, Sendable {
    case noInteractions, noUsers, oneUserOneItem, userWithEverything, itemInEveryBasket, userWithoutHistory
    case identicalUsers, everybodyHasEverything, itemNobodyHas, hugeValues, tinyValues

    /// Whether values are such that sums of their products leave single precision.
    var isExtreme: Bool { self == .hugeValues }

    func block() throws -> InteractionBlock {
        switch self {
        case .noInteractions: try block([[], [], []], items: 4)
        case .noUsers: try block([], items: 4)
        case .oneUserOneItem: try block([[0]], items: 1)
        case .userWithEverything: try block([[0, 1, 2, 3, 4], [1], [2, 3]], items: 5)
        case .itemInEveryBasket: try block([[0, 1], [0, 2], [0, 3], [0]], items: 4)
        case .userWithoutHistory: try block([[0, 1], [], [1, 2]], items: 3)
        case .identicalUsers: try block([[0, 1], [0, 1], [0, 1], [0, 1]], items: 2)
        case .everybodyHasEverything: try block([[0, 1, 2], [0, 1, 2]], items: 3)
        case .itemNobodyHas: try block([[0], [0, 1]], items: 3)
        case .hugeValues: try block([[0, 1], [1, 2], [0, 2]], items: 3, value: 3e38)
        case .tinyValues: try block([[0, 1], [1, 2], [0, 2]], items: 3, value: Float.leastNonzeroMagnitude)
        }
    }

    private func block(_ rows: [[Int32]], items: Int, value: Float = 1) throws -> InteractionBlock {
        try InteractionBlock(
            rows.enumerated().flatMap { row, columns in
                columns.map { Interaction(row: Int32(row), column: $0, value: value) }
            }, rows: rows.count, columnCount: items)
    }
}
