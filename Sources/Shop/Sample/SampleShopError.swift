/// A sample shop that cannot be made or written.
public enum SampleShopError: Error, Equatable, CustomStringConvertible {
    /// A size is out of range.
    case badSize(name: String, allowed: ClosedRange<Int>)
    /// A file cannot be written; the operating system's words.
    case cannotWrite(file: String, words: String)

    /// What happened and the way out, in one line.
    public var description: String {
        switch self {
        case .badSize(let name, let allowed):
            "sample shop: \(name) is out of range  →  give \(allowed.lowerBound) to \(allowed.upperBound)"
        case .cannotWrite(let file, let words):
            "\(file): cannot be written: \(words)  →  check the folder, its permissions and the free space"
        }
    }
}
