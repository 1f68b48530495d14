/// What clustering refuses.
public enum ClusteringError: Error, Equatable, CustomStringConvertible {
    /// There are fewer points than clusters asked for.
    case tooFewPoints(points: Int, clusters: Int)
    /// A number of clusters, restarts or iterations below its least value.
    case invalidOption(name: String, value: Double)
    /// Points and centroids, or points and labels, do not fit together.
    case mismatch(String)
    /// A coordinate above 1e16 in magnitude, whose squares leave single precision.
    case tooLarge(row: Int)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .tooFewPoints(let points, let clusters):
            "\(clusters) clusters were asked of \(points) points  →  ask for at most \(points), or bring more points"
        case .invalidOption(let name, let value):
            "\(name) is \(value)  →  use a positive number"
        case .tooLarge(let row): "a coordinate in row \(row) is above 1e16  →  standardise the columns before"
        case .mismatch(let what): "\(what)  →  pass the points and the model of the same fit"
        }
    }
}
