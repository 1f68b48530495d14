import Foundation

/// A streaming reader of JSON lines: one object a line, of which only the wanted values are taken.
///
/// Lines end in LF or CRLF; blank ones are skipped. A line that is no object is reported, and reading goes on with the next.
/// Holds no more than a piece of the file and one line.
struct JSONLinesParser: Sendable {
    /// A longer line is given up.
    static let longestLine = CSVParser.longestRow

    private let tree: JSONPathTree
    /// Whether keys that are not wanted make a line wrong.
    private let requiresKnownKeys: Bool
    private var buffer: [UInt8] = []
    private var lines = Lines()
    private var output: [UInt8] = []
    private var ranges: [RawRecord.Range]

    init(_ tree: JSONPathTree, requiresKnownKeys: Bool) {
        self.tree = tree
        self.requiresKnownKeys = requiresKnownKeys
        ranges = Array(repeating: RawRecord.Range(start: 0, end: 0), count: tree.slotCount)
    }

    /// Takes the next piece of the file; ``parse(isLast:_:)`` reads it.
    mutating func append(_ chunk: [UInt8]) {
        if lines.consumed > 0 {
            buffer.removeFirst(lines.consumed)
            lines.consumed = 0
        }
        if buffer.isEmpty { buffer = chunk } else { buffer += chunk }
    }

    /// Reads the lines that are complete; a record's fields are numbered as the tree numbers its values.
    ///
    /// - Parameters:
    ///   - isLast: no more pieces follow, so the last line needs no line break.
    ///   - body: takes each line; what it gets is valid only inside it.
    mutating func parse(isLast: Bool, _ body: (RawRow) -> Void) {
        let longest = min(buffer.count - lines.consumed, Self.longestLine)
        if output.count < longest { output = [UInt8](repeating: 0, count: longest) }
        Self.parse(buffer, tree, requiresKnownKeys, &lines, &output, &ranges, isLast, body)
    }

    private static func parse(
        _ buffer: [UInt8], _ tree: JSONPathTree, _ requiresKnownKeys: Bool, _ lines: inout Lines,
        _ output: inout [UInt8], _ ranges: inout [RawRecord.Range], _ isLast: Bool, _ body: (RawRow) -> Void
    ) {
        tree.withView { tree in
            buffer.withUnsafeBufferPointer { buffer in
                output.withUnsafeMutableBufferPointer { output in
                    ranges.withUnsafeMutableBufferPointer { ranges in
                        guard let base = buffer.baseAddress, let output = output.baseAddress else { return }
                        while let (text, line) = lines.next(base, to: buffer.count, isLast: isLast) {
                            if text.count > longestLine {
                                body(.broken(BrokenRow(line: line, reason: .tooLong, firstLine: text)))
                                continue
                            }
                            guard let start = text.baseAddress, !isBlank(text) else { continue }
                            for slot in ranges.indices { ranges[slot] = RawRecord.Range(start: 0, end: 0) }
                            var scanner = JSONLineScanner(
                                text, base: start, tree: tree, requiresKnownKeys: requiresKnownKeys, output: output,
                                ranges: ranges)
                            do throws(JSONLineProblem) {
                                try scanner.scan()
                                body(
                                    .record(
                                        RawRecord(
                                            base: output, ranges: UnsafeBufferPointer(ranges), line: line,
                                            rawText: text)))
                            } catch {
                                body(.broken(error.row(line: line, text: text)))
                            }
                        }
                    }
                }
            }
        }
    }

    private static func isBlank(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text where byte != 0x20 && byte != 0x09 && byte != 0x0D { return false }
        return true
    }
}

/// Cuts a buffer into lines.
private struct Lines {
    /// Bytes of the buffer that are done with.
    var consumed = 0
    private var number = 1
    /// The rest of the current line belongs to one that was given up.
    private var isSkipping = false

    /// The next line without its line break, and its number; `nil` when it is not complete yet. Of one that is longer than
    /// allowed, what is there of it; the rest is skipped when it comes.
    mutating func next(
        _ base: UnsafePointer<UInt8>, to end: Int, isLast: Bool
    ) -> (text: UnsafeBufferPointer<UInt8>, number: Int)? {
        while consumed < end {
            let start = consumed
            let found = memchr(base + start, 0x0A, end - start)
            let stop = found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - base } ?? end
            if isSkipping {
                consumed = found == nil ? end : stop + 1
                isSkipping = found == nil
                continue
            }
            if found == nil, !isLast {
                guard end - start > JSONLinesParser.longestLine else { return nil }
                isSkipping = true
            }
            consumed = found == nil ? end : stop + 1
            number += 1
            return (UnsafeBufferPointer(start: base + start, count: stop - start), number - 1)
        }
        return nil
    }
}

extension JSONLineProblem {
    fileprivate func row(line: Int, text: UnsafeBufferPointer<UInt8>) -> BrokenRow {
        switch self {
        case .notAnObject: BrokenRow(line: line, reason: .badJSON, firstLine: text)
        case .badEscape: BrokenRow(line: line, reason: .badEscape, firstLine: text)
        case .unknownKey(let key): BrokenRow(line: line, reason: .unknownField, name: key, firstLine: text)
        case .notOneValue(let slot): BrokenRow(line: line, reason: .notOneValue, slot: slot, firstLine: text)
        }
    }
}
