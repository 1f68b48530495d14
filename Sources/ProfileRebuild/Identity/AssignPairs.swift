/// Pairs rows with columns one to one so that the sum of the pairs' weights is greatest (the Hungarian method).
///
/// - Parameter weights: one row each, all of one length; none negative.
/// - Returns: the column of each row, `nil` for rows that are left over. Time grows with rows × columns × the larger.
/// - Source: Kuhn 1955; with potentials and shortest augmenting paths after Jonker and Volgenant 1987.
func assignPairs(_ weights: [[Double]]) -> [Int?] {
    let rows = weights.count
    let columns = weights.first?.count ?? 0
    guard rows > 0, columns > 0 else { return [Int?](repeating: nil, count: rows) }
    guard rows <= columns else {
        let turned = (0..<columns).map { column in weights.map { $0[column] } }
        var result = [Int?](repeating: nil, count: rows)
        for (column, row) in assignPairs(turned).enumerated() {
            if let row { result[row] = column }
        }
        return result
    }
    // Rows and columns count from 1; 0 stands for none.
    var rowPotential = [Double](repeating: 0, count: rows + 1)
    var columnPotential = [Double](repeating: 0, count: columns + 1)
    var rowOf = [Int](repeating: 0, count: columns + 1)
    for row in 1...rows {
        var before = [Int](repeating: 0, count: columns + 1)
        var least = [Double](repeating: .infinity, count: columns + 1)
        var isDone = [Bool](repeating: false, count: columns + 1)
        rowOf[0] = row
        var column = 0
        repeat {
            isDone[column] = true
            let current = rowOf[column]
            var (step, next) = (Double.infinity, 0)
            for other in 1...columns where !isDone[other] {
                let cost = -weights[current - 1][other - 1] - rowPotential[current] - columnPotential[other]
                if cost < least[other] { (least[other], before[other]) = (cost, column) }
                if least[other] < step { (step, next) = (least[other], other) }
            }
            for other in 0...columns {
                if isDone[other] {
                    rowPotential[rowOf[other]] += step
                    columnPotential[other] -= step
                } else {
                    least[other] -= step
                }
            }
            column = next
        } while rowOf[column] != 0
        while column != 0 {
            rowOf[column] = rowOf[before[column]]
            column = before[column]
        }
    }
    var result = [Int?](repeating: nil, count: rows)
    for column in 1...columns where rowOf[column] != 0 { result[rowOf[column] - 1] = column - 1 }
    return result
}
