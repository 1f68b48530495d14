/// Standardisation of columns, z = (x − mean) / scale, with the numbers that undo it.
///
/// The scale is the population standard deviation. A constant column (standard deviation 0, or below 1e-12 of the
/// column's largest magnitude, which is rounding) gets scale 1, so that it becomes all zeros and adds nothing to a
/// distance.
public struct ColumnScaling: Sendable, Equatable, Codable {
    /// Mean of each column.
    public let means: [Double]
    /// What each column is divided by; never 0.
    public let scales: [Double]
    /// Which columns held one value only.
    public let isConstant: [Bool]

    /// The number of columns.
    public var columns: Int { means.count }

    /// Learns means and scales.
    ///
    /// - Parameters:
    ///   - values: `rows × columns`, row-major.
    ///   - columns: the length of a row.
    /// - Throws: ``StatisticsError`` when the shape is wrong, there are no rows, or a value is not finite or so large that
    ///   its square is not.
    public init(fitting values: [Double], columns: Int) throws(StatisticsError) {
        guard columns > 0, values.count.isMultiple(of: columns) else {
            throw .shape(values: values.count, columns: columns)
        }
        guard !values.isEmpty else { throw .empty("standardisation") }
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(row: bad / columns, column: bad % columns)
        }
        var moments = [Moments](repeating: Moments(), count: columns)
        var largest = [Double](repeating: 0, count: columns)
        for (index, value) in values.enumerated() {
            let column = index % columns
            moments[column].add(value)
            largest[column] = max(largest[column], value.magnitude)
        }
        // A mean or variance beyond the range of a double would make NaN of every row.
        if let column = moments.firstIndex(where: { !$0.mean.isFinite || !$0.populationVariance.isFinite }) {
            let row = (0..<values.count / columns).max {
                values[$0 * columns + column].magnitude < values[$1 * columns + column].magnitude
            }
            throw .notFinite(row: row ?? 0, column: column)
        }
        let deviations = moments.map { $0.populationVariance.squareRoot() }
        means = moments.map(\.mean)
        isConstant = zip(deviations, largest).map { $0 <= 1e-12 * $1 }
        scales = zip(deviations, isConstant).map { $1 ? 1 : $0 }
    }

    /// Standardised rows, ready for clustering; constant columns of the fit become 0.
    ///
    /// - Parameter values: `rows × columns`, row-major, of any number of rows.
    /// - Throws: ``StatisticsError`` when the shape is wrong or a value is not finite.
    public func apply(to values: [Double]) throws(StatisticsError) -> PointMatrix {
        guard values.count.isMultiple(of: columns) else { throw .shape(values: values.count, columns: columns) }
        var scaled = [Float](repeating: 0, count: values.count)
        for (index, value) in values.enumerated() {
            let column = index % columns
            guard value.isFinite else { throw .notFinite(row: index / columns, column: column) }
            if !isConstant[column] { scaled[index] = Float((value - means[column]) / scales[column]) }
        }
        return try PointMatrix(values: scaled, columns: columns)
    }

    /// Original units of one standardised row, such as a centroid.
    ///
    /// - Parameter row: `columns` standardised values.
    /// - Throws: ``StatisticsError/shape(values:columns:)`` when the length is another.
    public func undo(_ row: some Collection<Float>) throws(StatisticsError) -> [Double] {
        guard row.count == columns else { throw .shape(values: row.count, columns: columns) }
        return zip(row, zip(means, scales)).map { Double($0) * $1.1 + $1.0 }
    }
}
