import Analytics
import BenchSupport
import Foundation

/// Arrays as their bare little-endian bytes, which NumPy reads with `fromfile`.
enum RawArrays {
    static func write<Element: BitwiseCopyable>(_ array: [Element], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw Options.Wrong(description: "cannot write \(path)") }
        defer { fclose(file) }
        try array.withUnsafeBytes { bytes in
            guard fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count else {
                throw Options.Wrong(description: "cannot write all of \(path)")
            }
        }
    }

    static func read<Element: BitwiseCopyable>(_ path: String, as type: Element.Type) throws -> [Element] {
        guard let file = fopen(path, "rb") else { throw Options.Wrong(description: "cannot read \(path)") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let count = ftell(file) / MemoryLayout<Element>.stride
        rewind(file)
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard fread(buffer.baseAddress, MemoryLayout<Element>.stride, count, file) == count else {
                throw Options.Wrong(description: "cannot read all of \(path)")
            }
            initialized = count
        }
    }
}

extension InteractionBlock {
    /// Writes row offsets, columns and values into a folder.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try RawArrays.write(rowOffsets.map(Int64.init), to: "\(folder)/offsets.i64")
        try RawArrays.write(columns, to: "\(folder)/columns.i32")
        try RawArrays.write(values, to: "\(folder)/values.f32")
        try RawArrays.write([Int64(rows), Int64(columnCount)], to: "\(folder)/shape.i64")
    }

    init(folder: String) throws {
        let shape = try RawArrays.read("\(folder)/shape.i64", as: Int64.self)
        try self.init(
            columnCount: Int(shape[1]),
            rowOffsets: RawArrays.read("\(folder)/offsets.i64", as: Int64.self).map(Int.init),
            columns: RawArrays.read("\(folder)/columns.i32", as: Int32.self),
            values: RawArrays.read("\(folder)/values.f32", as: Float.self))
    }
}
