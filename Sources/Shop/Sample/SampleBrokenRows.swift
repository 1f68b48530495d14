/// Rows of `events.csv` that must be rejected, one of each reason in turn.
enum SampleBrokenRows {
    /// The reasons, in the order in which the rows come.
    static let reasons: [RejectReason] = [
        .badDate, .unknownKind, .missingValue, .fieldCount, .brokenQuote, .negativePrice, .badNumber,
    ]

    /// Appends broken row `number`, made from a sound event.
    static func append(_ number: Int, like event: EventRow, to bytes: inout [UInt8]) {
        let at = event.at.description
        let row =
            switch reasons[number % reasons.count] {
            case .badDate: "view,\(event.customer ?? ""),\(event.item),31/02/2025,1,,,,"
            case .unknownKind: "glance,\(event.customer ?? ""),\(event.item),\(at),1,,,,"
            case .missingValue: "view,\(event.customer ?? ""),,\(at),1,,,,"
            case .fieldCount: "view,\(event.customer ?? ""),\(event.item),\(at)"
            case .brokenQuote: "view,\(event.customer ?? ""),\"\(event.item)\"\",\(at),1,,,,"
            case .negativePrice: "purchase,\(event.customer ?? ""),\(event.item),\(at),1,-1.00,,,"
            default: "cart,\(event.customer ?? ""),\(event.item),\(at),two,,,,"
            }
        bytes.append(contentsOf: row.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }
}
