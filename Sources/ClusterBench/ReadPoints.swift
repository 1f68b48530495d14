import Analytics
import BenchSupport
import Foundation

/// Points from bare little-endian single-precision numbers, row after row, as NumPy's `tofile` writes them.
func readPoints(_ options: Options) throws -> PointMatrix {
    let path = try options.text("points")
    guard let data = FileManager.default.contents(atPath: path) else {
        throw Options.Wrong(description: "cannot read \(path)")
    }
    let values = data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map {
            Float(bitPattern: UInt32(littleEndian: bytes.load(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
    }
    return try PointMatrix(values: values, columns: options.integer("columns", or: 16))
}
