/// Shares of a whole by name, each rounded to ten-thousandths, so that they are the same numbers in the database.
struct NamedShares: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var name: String
        var tenThousandths: Int

        var share: Double { Double(tenThousandths) / 10_000 }
    }

    /// Ascending by name; those that round to nothing are left out.
    let entries: [Entry]

    /// - Parameters:
    ///   - weights: by index into `names`, none negative; shares are of their sum, and there are none when it is 0.
    ///   - names: ascending.
    init(_ weights: [Int32: Double], names: [String]) {
        let ordered = weights.sorted { $0.key < $1.key }
        let total = ordered.reduce(0) { $0 + $1.value }
        guard total > 0 else {
            entries = []
            return
        }
        entries = ordered.compactMap { index, weight in
            let rounded = Int((weight / total * 10_000).rounded())
            return rounded == 0 ? nil : Entry(name: names[Int(index)], tenThousandths: rounded)
        }
    }

    /// The share of a name; 0 for one that is not there.
    subscript(name: String) -> Double { entries.first { $0.name == name }?.share ?? 0 }

    /// The name with the largest share, the first in alphabetical order on a tie.
    ///
    /// - Parameter unnamed: a name that does not count.
    func largest(otherThan unnamed: String) -> String? {
        entries.filter { $0.name != unnamed }
            .max { ($0.tenThousandths, $1.name) < ($1.tenThousandths, $0.name) }?.name
    }

    /// A JSON object of the shares by name.
    var json: String {
        var text = "{"
        for entry in entries {
            if text.count > 1 { text += ", " }
            text += quoted(entry.name) + ": " + (entry.tenThousandths == 10_000 ? "1" : entry.share.description)
        }
        return text + "}"
    }

    private func quoted(_ name: String) -> String {
        var text = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
