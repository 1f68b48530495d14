/// What the statistics of this module refuse.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to compute from.
    case empty(String)
    /// The number of values is no multiple of the number of columns, or there are no columns.
    case shape(values: Int, columns: Int)
    /// A value is NaN or infinite.
    case notFinite(row: Int, column: Int)
    /// A probability or level lies outside its range.
    case outOfRange(name: String, value: Double)
    /// Weights that make no distribution.
    case invalidWeights(String)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .empty(let what): "\(what) of no values  →  pass at least one value"
        case .shape(let values, let columns):
            "\(values) values do not fill rows of \(columns) columns  →  pass rows × columns values, columns ≥ 1"
        case .notFinite(let row, let column):
            "value in row \(row), column \(column) is NaN or infinite  →  drop or impute it before"
        case .outOfRange(let name, let value): "\(name) is \(value)  →  use a number from 0 to 1"
        case .invalidWeights(let what): "no distribution from \(what)  →  use finite weights ≥ 0, one of them > 0"
        }
    }
}
