/// Where the columns of a format are in a file of another layout, as a map says.
struct FileLayout: Sendable {
    /// How rows are written.
    enum Syntax: Sendable, Equatable {
        case csv(CSVDialect)
        case jsonLines
    }

    /// Where one column's text comes from.
    enum Source: Sendable, Equatable {
        /// From nowhere: it is empty.
        case none
        /// A column by its name in the header.
        case name(String)
        /// A column by its number, from 1.
        case number(Int)
        /// A value within a JSON object.
        case path(JSONPath)
        /// The constant of the rules with that number.
        case constant(Int)

        var path: JSONPath? {
            guard case .path(let path) = self else { return nil }
            return path
        }

        /// As a record wants it; `inFile` is asked when it is a place of the file.
        func position(_ inFile: () -> Int) -> Int {
            switch self {
            case .none: RawRecord.absent
            case .constant(let number): RawRecord.position(ofConstant: number)
            case .name, .number, .path: inFile()
            }
        }
    }

    let syntax: Syntax
    /// One for each column of the format.
    let sources: [Source]
    let rules: FieldRules
    /// What says so, for messages: a map and, for each column, the line of the key.
    let map: String
    let lines: [Int]
}

/// The signs of a CSV file.
struct CSVDialect: Sendable, Equatable {
    /// Between fields.
    var delimiter = UInt8(ascii: ",")
    /// Around fields; `nil` when no field is quoted.
    var quote: UInt8? = UInt8(ascii: "\"")
    /// Whether the first row names the columns.
    var hasHeader = true
}
