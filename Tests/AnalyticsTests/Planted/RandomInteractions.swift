import Analytics

/// Random interactions with an empty first row and a full second one.
func randomInteractions(
    rows: Int, columns: Int, density: Double, using generator: inout SeededGenerator
) throws -> InteractionBlock {
    var interactions: [Interaction] = []
    for row in 1..<rows {
        for column in 0..<columns where row == 1 || generator.uniform() < density {
            interactions.append(
                Interaction(row: Int32(row), column: Int32(column), value: Float(1 + generator.integer(below: 9)) / 2))
        }
    }
    return try InteractionBlock(interactions, rows: rows, columnCount: columns)
}
