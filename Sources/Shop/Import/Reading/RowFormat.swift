/// A kind of import file: its columns, and how one row becomes a typed value.
protocol RowFormat: Sendable {
    associatedtype Row: Sendable

    /// The columns, in the order in which ``row(_:)`` numbers them.
    static var columns: [ImportColumn] { get }

    /// Reads one row; may keep what it learns about the whole file.
    mutating func row(_ record: RawRecord) throws(RowProblem) -> Row
}

/// A format whose rows can be shown before they are imported.
protocol ShownFormat: RowFormat {
    /// What goes in, column by column; `nil` where nothing does.
    static func cells(_ row: Row) -> [String?]
}

/// A column that a kind of import file has.
struct ImportColumn: Equatable, Sendable {
    /// What a column's text stands for, which decides what a map may say about it.
    enum Kind: Sendable {
        case text, number, price, time, boolean, eventKind
    }

    let name: String
    let kind: Kind
    /// Whether the header of the project's own layout must name it.
    let isRequired: Bool
    /// Whether a row needs a value in it.
    let isFilled: Bool

    init(_ name: String, _ kind: Kind = .text, optional: Bool = false, filled: Bool = false) {
        self.name = name
        self.kind = kind
        isRequired = !optional
        isFilled = filled
    }
}

/// What is wrong with a row, and in which column.
struct RowProblem: Error {
    let reason: RejectReason
    /// Number of the column in the format's order; `nil` when the row as a whole is at fault.
    let column: Int?

    init(_ reason: RejectReason, column: Int? = nil) {
        self.reason = reason
        self.column = column
    }
}
