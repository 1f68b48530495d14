import Foundation
import Millrace

extension ImportMap {
    /// Reads a map.
    ///
    /// - Parameter path: a file of YAML, in UTF-8.
    /// - Throws: ``ImportMapErrors`` with everything that is wrong.
    public init(reading path: String) throws(ImportMapErrors) {
        let text: String
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            guard let decoded = String(validating: bytes, as: UTF8.self) else {
                throw CocoaError(.fileReadInapplicableStringEncoding)
            }
            text = decoded
        } catch {
            throw ImportMapErrors(errors: [
                ImportMapError(
                    file: path, line: nil, key: "", problem: "cannot be read: \(error.localizedDescription)",
                    wayOut: "check the path, its permissions, and that it is UTF-8")
            ])
        }
        try self.init(text, file: path)
    }

    /// Reads a map from its text; `file` is the name that errors carry.
    init(_ text: String, file: String) throws(ImportMapErrors) {
        let document = YAMLDocument(text)
        var reader = ImportMapReader(file: file, lines: document.lines)
        for finding in document.findings {
            reader.report(
                finding.problem == .empty ? "the file is empty" : finding.problem.text, at: finding.path,
                line: finding.line,
                finding.problem == .empty ? "begin it with `import: events`" : finding.problem.wayOut)
        }
        let map = document.root.flatMap { reader.read($0) }
        guard reader.errors.isEmpty, let map else {
            throw ImportMapErrors(errors: reader.errors.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
        }
        self = map
    }
}

/// Reads a map out of a YAML tree, and goes on after what is wrong so that all of it is found.
struct ImportMapReader {
    private static let keys = [
        "import", "format", "encoding", "delimiter", "quote", "header", "decimal", "grouping", "empty",
        "negative_quantity", "unknown_items", "unknown_customers", "zone", "fields",
    ]

    let file: String
    let lines: [ValuePath: Int]
    private(set) var errors: [ImportMapError] = []
    var draft = FieldRules.Draft()

    init(file: String, lines: [ValuePath: Int]) {
        self.file = file
        self.lines = lines
    }

    mutating func read(_ root: YAMLNode) -> ImportMap? {
        let top = ValuePath()
        guard let keys = members(of: root, at: top, known: Self.keys, "begin with `import: events`") else {
            return nil
        }
        guard let importNode = keys["import"] else {
            report("is missing", at: top.key("import"), line: 1, "write `import: events`, or items or customers")
            return nil
        }
        let targets = ImportMap.Target.allCases.map { ($0.rawValue, $0) }
        guard let target = choice(importNode, at: top.key("import"), targets) else { return nil }
        let syntax = readSyntax(keys)
        readNumbers(keys)
        if let node = keys["empty"] { draft.emptyWords = words(node, at: top.key("empty")) }
        let policies = readPolicies(keys, for: target)
        var encoding = TextEncoding.utf8
        if let node = keys["encoding"] {
            let names = TextEncoding.allCases.map { ($0.rawValue, $0) }
            encoding = choice(node, at: top.key("encoding"), names) ?? encoding
        }
        let zone = keys["zone"].flatMap { readZone($0, at: top.key("zone")) }
        guard let node = keys["fields"] else {
            report(
                "is missing", at: top.key("fields"), line: 1,
                "write `fields:` and below it lines such as `\(target.columns[0].name): COLUMN`")
            return nil
        }
        let fields = readFields(node, of: target, syntax: syntax, zone: zone)
        guard errors.isEmpty else { return nil }
        return ImportMap(
            target: target, encoding: encoding, addsUnknownItems: policies.items,
            addsUnknownCustomers: policies.customers, explanation: fields.compactMap(\.explanation),
            layout: FileLayout(
                syntax: syntax, sources: fields.map(\.source), rules: FieldRules(draft), map: file,
                lines: fields.map(\.line)))
    }

    // MARK: The file as a whole

    private mutating func readSyntax(_ keys: [String: YAMLNode]) -> FileLayout.Syntax {
        let top = ValuePath()
        var dialect = CSVDialect()
        var isJSON = false
        if let node = keys["format"] {
            isJSON = choice(node, at: top.key("format"), [("csv", false), ("json-lines", true)]) ?? false
        }
        if let node = keys["delimiter"] {
            dialect.delimiter = sign(node, at: top.key("delimiter")) ?? dialect.delimiter
        }
        if let node = keys["quote"] {
            let isNone = node.text == "none"
            dialect.quote = isNone ? nil : sign(node, at: top.key("quote")) ?? dialect.quote
        }
        if let node = keys["header"] { dialect.hasHeader = boolean(node, at: top.key("header")) ?? true }
        if dialect.quote == dialect.delimiter {
            report("is the quote, too", at: top.key("delimiter"), "give two different signs")
        }
        for key in ["delimiter", "quote", "header"] where isJSON && keys[key] != nil {
            report("has no meaning for JSON lines", at: top.key(key), "take it out, or write `format: csv`")
        }
        return isJSON ? .jsonLines : .csv(dialect)
    }

    private mutating func readNumbers(_ keys: [String: YAMLNode]) {
        let top = ValuePath()
        let point = UInt8(ascii: ".")
        if let node = keys["decimal"] {
            let signs = [(".", point), ("point", point), (",", UInt8(ascii: ",")), ("comma", UInt8(ascii: ","))]
            draft.numbers.decimal = choice(node, at: top.key("decimal"), signs) ?? point
        }
        if let node = keys["grouping"] { draft.numbers.grouping = sign(node, at: top.key("grouping")) }
        if draft.numbers.grouping == draft.numbers.decimal {
            report("is the decimal sign, too", at: top.key("grouping"), "give two different signs")
        }
    }

    private mutating func readPolicies(
        _ keys: [String: YAMLNode], for target: ImportMap.Target
    ) -> (items: Bool, customers: Bool) {
        let top = ValuePath()
        for key in ["negative_quantity", "unknown_items", "unknown_customers"]
        where target != .events && keys[key] != nil {
            report("has a meaning for events only", at: top.key(key), "take it out")
        }
        if let node = keys["negative_quantity"] {
            draft.negativeQuantityIsReturn =
                choice(node, at: top.key("negative_quantity"), [("reject", false), ("return", true)]) ?? false
        }
        func adds(_ key: String, _ reader: inout ImportMapReader) -> Bool {
            guard let node = keys[key] else { return false }
            return reader.choice(node, at: top.key(key), [("reject", false), ("add", true)]) ?? false
        }
        return (adds("unknown_items", &self), adds("unknown_customers", &self))
    }

    // MARK: What the parts share

    mutating func report(_ problem: String, at path: ValuePath, line: Int? = nil, _ wayOut: String) {
        errors.append(
            ImportMapError(
                file: file, line: line ?? self.line(of: path), key: path.description, problem: problem, wayOut: wayOut)
        )
    }

    /// The line of a key, or of the nearest one around it.
    func line(of path: ValuePath) -> Int {
        var place: ValuePath? = path
        while let at = place {
            if let line = lines[at] { return line }
            place = at.parent
        }
        return 1
    }
}
