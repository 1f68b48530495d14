import Millrace

extension ImportMapReader {
    /// What a map says about one column of the format.
    struct Field {
        var source = FileLayout.Source.none
        var line = 1
        var explanation: ImportMap.Explanation?
    }

    private static let keys = ["from", "value", "words", "time", "zone"]

    /// One field for each column of the format, in their order.
    mutating func readFields(
        _ node: YAMLNode, of target: ImportMap.Target, syntax: FileLayout.Syntax, zone: LocalZone?
    ) -> [Field] {
        let path = ValuePath("fields")
        let columns = target.columns
        let wayOut = "write below it lines such as `\(columns[0].name): COLUMN`"
        guard let given = members(of: node, at: path, known: columns.map(\.name), wayOut) else { return [] }
        return columns.enumerated().map { number, column in
            guard let node = given[column.name] else {
                if column.isFilled {
                    report(
                        "is missing", at: path.key(column.name),
                        "say where it comes from, or give every row one: `\(column.name): { value: … }`")
                }
                return Field()
            }
            return readField(node, column, number: number, syntax: syntax, zone: zone)
        }
    }

    private mutating func readField(
        _ node: YAMLNode, _ column: ImportColumn, number: Int, syntax: FileLayout.Syntax, zone: LocalZone?
    ) -> Field {
        let path = ValuePath("fields", column.name)
        var field = Field(line: line(of: path))
        var keys = ["from": node]
        if node.members != nil { keys = members(of: node, at: path, known: Self.keys, "") ?? [:] }
        switch (keys["from"], keys["value"]) {
        case (let from?, nil):
            field.source = readSource(from, at: keys.count > 1 || node.members != nil ? path.key("from") : path, syntax)
        case (nil, let value?):
            field.source = readConstant(value, of: column, at: path.key("value"))
        case (nil, nil):
            report("has neither from nor value", at: path, "name a column by `from`, or give every row one `value`")
        case (.some, .some):
            report("has both from and value", at: path, "keep one of them")
        }
        var readings: [String] = []
        if let node = keys["words"] {
            let words = readWords(node, of: column, at: path.key("words"))
            draft.words[number] = words
            readings.append(words.map { "\($0.written) = \($0.meant)" }.joined(separator: ", "))
        }
        if column.kind == .time {
            let time = readTime(keys, at: path, zone: zone)
            draft.times[number] = time
            readings.append(time.shown)
        } else {
            for key in ["time", "zone"] where keys[key] != nil {
                report("has a meaning for times only", at: path.key(key), "take it out")
            }
        }
        if column.kind == .price, !draft.numbers.isPlain { readings.append(draft.numbers.shown) }
        if column.name == "quantity", draft.negativeQuantityIsReturn { readings.append("below zero = return") }
        field.explanation = ImportMap.Explanation(
            field: column.name, source: shown(field.source), reading: readings.joined(separator: "; "))
        return field
    }

    // MARK: Where it comes from

    private mutating func readSource(
        _ node: YAMLNode, at path: ValuePath, _ syntax: FileLayout.Syntax
    ) -> FileLayout.Source {
        guard let text = node.text, !text.isEmpty else {
            report("is \(node.shown), not the name of a column", at: path, "write the name as the file has it")
            return .none
        }
        switch syntax {
        case .jsonLines:
            guard let steps = JSONPath(text) else {
                report(
                    "\"\(text)\" is no path", at: path, "write it like sku, product.id, lines[0].sku or [\"a.b\"].c")
                return .none
            }
            return .path(steps)
        case .csv(let dialect):
            if case .scalar(.number, _) = node.content, let number = Int(text) {
                if number >= 1 { return .number(number) }
                report("is \(number), no number of a column", at: path, "count columns from 1")
                return .none
            }
            if !dialect.hasHeader {
                report(
                    "names the column \"\(text)\", and the file has no header", at: path,
                    "give the column's number, from 1")
            }
            return .name(text)
        }
    }

    private mutating func readConstant(
        _ node: YAMLNode, of column: ImportColumn, at path: ValuePath
    ) -> FileLayout.Source {
        guard case .scalar(let value, let text) = node.content, value != .null else {
            report("is \(node.shown), not one value", at: path, "write a text or a number")
            return .none
        }
        check(text, of: column, at: path)
        draft.constants.append(text)
        return .constant(draft.constants.count - 1)
    }

    private func shown(_ source: FileLayout.Source) -> String {
        switch source {
        case .none: ""
        case .name(let name): "column \(name)"
        case .number(let number): "column \(number)"
        case .path(let path): path.shown
        case .constant(let number): "always \"\(draft.constants[number])\""
        }
    }

    // MARK: How it is read

    private mutating func readWords(
        _ node: YAMLNode, of column: ImportColumn, at path: ValuePath
    ) -> [(written: String, meant: String)] {
        guard let members = node.members, !members.isEmpty else {
            report("is \(node.shown), not a mapping", at: path, "write it like { addtocart: cart }")
            return []
        }
        return members.compactMap { member in
            guard case .scalar(let value, let text) = member.value.content, value != .null else {
                report("is \(member.value.shown), not a word", at: path.key(member.key), "write what it stands for")
                return nil
            }
            check(text, of: column, at: path.key(member.key))
            return (member.key, text)
        }
    }

    /// Whether a text of the map's own fits the column: a row cannot be blamed for it.
    private mutating func check(_ text: String, of column: ImportColumn, at path: ValuePath) {
        switch column.kind {
        case .eventKind:
            let known = EventKind.allCases.map(\.rawValue) + ["\(ImportMap.skip)"]
            guard !known.contains(text) else { return }
            report("\"\(text)\" is no kind of event", at: path, Self.closest(text, known))
        case .boolean:
            guard text != "true", text != "false" else { return }
            report("\"\(text)\" is neither true nor false", at: path, "write true or false")
        case .text, .number, .price, .time: break
        }
    }

    private mutating func readTime(_ keys: [String: YAMLNode], at path: ValuePath, zone: LocalZone?) -> TimeReading {
        let ownZone = keys["zone"].flatMap { readZone($0, at: path.key("zone")) }
        guard let node = keys["time"] else {
            if keys["zone"] != nil {
                report("has a meaning for a pattern only", at: path.key("zone"), "give a pattern as `time`")
            }
            return .rfc3339
        }
        let text = node.text ?? ""
        if let plain = TimeReading.byName[text] {
            if keys["zone"] != nil {
                report("has no meaning for \(text)", at: path.key("zone"), "take it out")
            }
            return plain
        }
        guard text.contains("%") else {
            report(
                "is \(node.shown), no way to write times", at: path.key("time"),
                closestSpelling(of: text, among: TimeReading.byName.keys).map { "did you mean \"\($0)\"?" }
                    ?? "use \(TimeReading.byName.keys.sorted().joined(separator: ", ")), or a pattern such as "
                    + "\"%d.%m.%Y %H:%M\"")
            return .rfc3339
        }
        do throws(TimePattern.Problem) {
            let pattern = try TimePattern(text)
            if pattern.hasZone, keys["zone"] != nil {
                report("clashes with %z", at: path.key("zone"), "take one of them out")
            }
            guard let zone = ownZone ?? zone ?? (pattern.hasZone ? .utc : nil) else {
                report(
                    "\"\(text)\" says no zone", at: path.key("time"), "add `zone: Europe/Berlin`, or UTC, or %z")
                return .rfc3339
            }
            return .pattern(pattern, zone)
        } catch {
            report("\"\(text)\" \(error.problem)", at: path.key("time"), error.wayOut)
            return .rfc3339
        }
    }
}
