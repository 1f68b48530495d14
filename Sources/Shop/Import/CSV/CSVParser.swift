/// A streaming CSV reader after RFC 4180, on bytes, without a `String` per field.
///
/// Fields are separated by the dialect's delimiter and may be quoted; a quoted field may hold delimiters, line breaks and
/// doubled quotes.
/// Lines end in LF or CRLF; empty lines are skipped; a quote inside an unquoted field stands for itself. The first
/// row sets the number of fields.
///
/// A row with a broken quote, or with a wrong number of fields over several lines (which is what a broken quote looks
/// like), is reported, and reading goes on with the line after the one on which that row began. So one bad quote
/// costs one row, not the rest of the file.
struct CSVParser: Sendable {
    /// A quoted field that is open for longer than this is taken for a broken quote.
    static let longestRow = 1 << 20

    private let signs: Signs
    private var buffer: [UInt8] = []
    private var ranges: [RawRecord.Range] = []
    private var scan = Scan()

    private struct Signs {
        let delimiter: UInt8
        /// Zero when nothing is quoted: no text has a zero byte.
        let quote: UInt8
    }

    init(_ dialect: CSVDialect = CSVDialect()) {
        signs = Signs(delimiter: dialect.delimiter, quote: dialect.quote ?? 0)
    }

    /// Position and counts, apart from the storage, so that the hot loop holds them in registers.
    private struct Scan {
        /// Bytes of the buffer that are done with.
        var consumed = 0
        var line = 1
        var width: Int?
        /// The rest of the current line belongs to a row that was given up.
        var isSkippingLine = false
    }

    /// Takes the next piece of the file; ``parse(rows:isLast:_:)`` reads it.
    mutating func append(_ chunk: [UInt8]) {
        if scan.consumed > 0 {
            buffer.removeFirst(scan.consumed)
            scan.consumed = 0
        }
        if buffer.isEmpty { buffer = chunk } else { buffer += chunk }
    }

    /// Reads the rows that are complete.
    ///
    /// - Parameters:
    ///   - limit: stop after that many rows.
    ///   - isLast: no more pieces follow, so the last line needs no line break.
    ///   - body: takes each row; what it gets is valid only inside it.
    mutating func parse(
        rows limit: Int = .max, isLast: Bool, _ body: (RawRow) -> Void
    ) {
        Self.parse(signs, &buffer, &ranges, &scan, limit: limit, isLast: isLast, body)
    }

    @inline(__always)
    private static func parse(
        _ signs: Signs, _ buffer: inout [UInt8], _ ranges: inout [RawRecord.Range], _ scan: inout Scan, limit: Int,
        isLast: Bool,
        _ body: (RawRow) -> Void
    ) {
        buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let end = buffer.count
            var found = 0
            while found < limit, scan.consumed < end {
                let start = scan.consumed
                if scan.isSkippingLine {
                    let next = newline(base, from: start, to: end)
                    scan.consumed = min(next + 1, end)
                    if next < end {
                        scan.isSkippingLine = false
                        scan.line += 1
                    }
                    continue
                }
                ranges.removeAll(keepingCapacity: true)
                var breaks = 0
                let result = split(base, signs, from: start, to: end, isLast: isLast, into: &ranges, breaks: &breaks)
                var reason: RejectReason
                switch result {
                case .row(let next):
                    let isBlank = ranges.count == 1 && ranges[0].start == ranges[0].end && next - start <= 2
                    if isBlank {
                        scan.consumed = next
                        scan.line += breaks
                        continue
                    }
                    if scan.width == nil { scan.width = ranges.count }
                    if ranges.count == scan.width {
                        collapseDoubledQuotes(base, signs, &ranges)
                        ranges.withUnsafeBufferPointer { ranges in
                            body(.record(RawRecord(base: base, ranges: ranges, line: scan.line)))
                        }
                        found += 1
                        scan.consumed = next
                        scan.line += breaks
                        continue
                    }
                    reason = breaks > 1 ? .brokenQuote : .fieldCount
                case .broken:
                    reason = .brokenQuote
                case .incomplete:
                    guard isLast || end - start > longestRow else { return }
                    reason = isLast ? .brokenQuote : .tooLong
                }
                let lineEnd = newline(base, from: start, to: end)
                if reason == .tooLong, lineEnd < end { reason = .brokenQuote }
                // The rest of the line may come with the next piece.
                guard lineEnd < end || isLast || end - start > longestRow else { return }
                let firstLine = UnsafeBufferPointer(start: base + start, count: lineEnd - start)
                body(.broken(BrokenRow(line: scan.line, reason: reason, firstLine: firstLine)))
                found += 1
                scan.consumed = min(lineEnd + 1, end)
                if lineEnd < end { scan.line += 1 } else { scan.isSkippingLine = true }
            }
        }
    }

    private enum Split {
        /// A row; the position after its line break.
        case row(next: Int)
        /// Text after a closing quote.
        case broken
        /// The piece ends first.
        case incomplete
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    @inline(__always)
    private static func split(
        _ base: UnsafeMutablePointer<UInt8>, _ signs: Signs, from start: Int, to end: Int, isLast: Bool,
        into ranges: inout [RawRecord.Range], breaks: inout Int
    ) -> Split {
        let (comma, quote) = (signs.delimiter, signs.quote)
        var position = start
        while true {
            if position < end, base[position] == quote {
                var cursor = position + 1
                var hasDoubledQuotes = false
                while true {
                    while cursor < end, base[cursor] != quote {
                        if base[cursor] == lineFeed { breaks += 1 }
                        cursor += 1
                    }
                    guard cursor < end, cursor + 1 < end || isLast else { return .incomplete }
                    guard cursor + 1 < end, base[cursor + 1] == quote else { break }
                    hasDoubledQuotes = true
                    cursor += 2
                }
                ranges.append(.init(start: position + 1, end: cursor, hasDoubledQuotes: hasDoubledQuotes))
                cursor += 1
                if cursor < end, base[cursor] == comma {
                    position = cursor + 1
                    continue
                }
                if cursor < end, base[cursor] == carriageReturn {
                    cursor += 1
                    if cursor == end, !isLast { return .incomplete }
                }
                if cursor == end { return .row(next: end) }
                guard base[cursor] == lineFeed else { return .broken }
                breaks += 1
                return .row(next: cursor + 1)
            }
            var cursor = position
            while cursor < end, base[cursor] != comma, base[cursor] != lineFeed { cursor += 1 }
            if cursor == end, !isLast { return .incomplete }
            if cursor < end, base[cursor] == comma {
                ranges.append(.init(start: position, end: cursor, hasDoubledQuotes: false))
                position = cursor + 1
                continue
            }
            let hasReturn = cursor > position && base[cursor - 1] == carriageReturn
            ranges.append(
                .init(start: position, end: hasReturn ? cursor - 1 : cursor, hasDoubledQuotes: false))
            if cursor == end { return .row(next: end) }
            breaks += 1
            return .row(next: cursor + 1)
        }
    }

    /// Makes doubled quotes single in place; only for rows that are complete, so no byte is read twice.
    private static func collapseDoubledQuotes(
        _ base: UnsafeMutablePointer<UInt8>, _ signs: Signs, _ ranges: inout [RawRecord.Range]
    ) {
        for index in ranges.indices where ranges[index].hasDoubledQuotes {
            var read = ranges[index].start
            var write = read
            while read < ranges[index].end {
                base[write] = base[read]
                write += 1
                read += base[read] == signs.quote ? 2 : 1
            }
            ranges[index].end = write
        }
    }

    /// The position of the next line feed, or `end`.
    private static func newline(_ base: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var cursor = start
        while cursor < end, base[cursor] != lineFeed { cursor += 1 }
        return cursor
    }
}
