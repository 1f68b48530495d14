/// Bytes that are not what they should be.
public enum SerializationError: Error, Equatable, CustomStringConvertible {
    /// The bytes do not start with the mark of the expected kind.
    case wrongKind(expected: String)
    /// The format is of a version this build does not read.
    case unknownVersion(Int)
    /// The bytes end early or go on after the end, or sizes inside contradict each other.
    case wrongLength(expected: String, found: Int)
    /// The numbers read make no valid value.
    case invalidContent(String)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .wrongKind(let expected): "the bytes are no \(expected)  →  read the column that holds one"
        case .unknownVersion(let version):
            "format version \(version) is unknown to this build  →  upgrade it, or train again"
        case .wrongLength(let expected, let found):
            "\(found) bytes where \(expected) were expected  →  the value was cut or damaged, train again"
        case .invalidContent(let what): "\(what)  →  the value was damaged, train again"
        }
    }
}
