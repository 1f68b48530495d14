import Analytics

/// Points that ten lines of Python draw too, for values from other programs:
///
/// ```python
/// def points(rows, columns, seed):
///     state, values = seed, []
///     for _ in range(rows * columns):
///         state = (1103515245 * state + 12345) % 2**31
///         values.append((state >> 15) / 65536)
///     return np.array(values, np.float64).reshape(rows, columns)
/// ```
func congruentPoints(rows: Int, columns: Int, seed: UInt64) throws -> PointMatrix {
    var state = seed
    let values = (0..<rows * columns).map { _ -> Float in
        state = (1_103_515_245 * state + 12345) % (1 << 31)
        return Float(state >> 15) / 65536
    }
    return try PointMatrix(values: values, columns: columns)
}
