/// Points as rows of single-precision numbers, `rows × columns`, row-major; every value is finite.
public struct PointMatrix: Sendable, Equatable {
    /// The coordinates, row-major.
    public let values: [Float]
    /// The number of points.
    public let rows: Int
    /// The number of coordinates of a point, at least 1.
    public let columns: Int

    /// Takes points after checking them.
    ///
    /// - Throws: ``StatisticsError`` when there are no columns, the last row is not full, or a value is NaN or infinite.
    public init(values: [Float], columns: Int) throws(StatisticsError) {
        guard columns > 0, values.count.isMultiple(of: columns) else {
            throw .shape(values: values.count, columns: columns)
        }
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(row: bad / columns, column: bad % columns)
        }
        self.init(unchecked: values, columns: columns)
    }

    /// Rounds double-precision points to single precision.
    ///
    /// - Throws: As for single precision; a value beyond the range of `Float` counts as infinite.
    public init(values: [Double], columns: Int) throws(StatisticsError) {
        try self.init(values: values.map { Float($0) }, columns: columns)
    }

    init(unchecked values: [Float], columns: Int) {
        self.values = values
        self.columns = columns
        rows = values.count / columns
    }

    /// The coordinates of one point.
    public subscript(row: Int) -> ArraySlice<Float> { values[row * columns..<(row + 1) * columns] }

    /// The points with the given indices, in that order.
    func selecting(_ indices: [Int]) -> PointMatrix {
        var chosen: [Float] = []
        chosen.reserveCapacity(indices.count * columns)
        for index in indices { chosen.append(contentsOf: self[index]) }
        return PointMatrix(unchecked: chosen, columns: columns)
    }
}
