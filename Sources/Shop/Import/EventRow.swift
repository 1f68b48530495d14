/// A row of `events.csv`: something that happened in the shop.
public struct EventRow: Sendable, Equatable {
    /// What happened.
    public var kind: EventKind
    /// Code of the customer; `nil` for someone unknown.
    public var customer: String?
    /// Code of the item.
    public var item: String
    /// When it happened.
    public var at: Timestamp
    /// Pieces, above zero; 1 where the file says nothing.
    public var quantity: Int32
    /// Price of one piece then; `nil` where the file says nothing.
    public var price: Price?
    /// The visit it belongs to.
    public var session: String?
    /// What was used: `desktop`, `mobile`, `tablet` or the shop's own words.
    public var device: String?
    /// The order it belongs to.
    public var orderReference: String?

    /// An event with all that a row says.
    public init(
        kind: EventKind, customer: String?, item: String, at: Timestamp, quantity: Int32 = 1, price: Price? = nil,
        session: String? = nil, device: String? = nil, orderReference: String? = nil
    ) {
        self.kind = kind
        self.customer = customer
        self.item = item
        self.at = at
        self.quantity = quantity
        self.price = price
        self.session = session
        self.device = device
        self.orderReference = orderReference
    }
}

/// The format of `events.csv`.
struct EventFormat: ShownFormat {
    static let columns = [
        ImportColumn("kind", .eventKind, filled: true), ImportColumn("customer"), ImportColumn("item", filled: true),
        ImportColumn("at", .time, filled: true), ImportColumn("quantity", .number), ImportColumn("price", .price),
        ImportColumn("session"), ImportColumn("device"), ImportColumn("order_ref"),
    ]

    func row(_ record: RawRecord) throws(RowProblem) -> EventRow {
        let kind = try record.kind(0)
        let quantity = try record.quantity(4)
        // Only a sale can be taken back: fewer than no views are an error.
        guard !quantity.isReturn || kind == .purchase || kind == .return else {
            throw RowProblem(.badNumber, column: 4)
        }
        return EventRow(
            kind: quantity.isReturn ? .return : kind, customer: record.optional(1), item: try record.required(2),
            at: try record.timestamp(3), quantity: quantity.pieces,
            price: record[5].isEmpty ? nil : try record.price(5), session: record.optional(6),
            device: record.optional(7), orderReference: record.optional(8))
    }

    static func cells(_ event: EventRow) -> [String?] {
        [
            event.kind.rawValue, event.customer, event.item, event.at.description, String(event.quantity),
            event.price?.description, event.session, event.device, event.orderReference,
        ]
    }

    /// The row as ``EventFormat`` reads it.
    static func append(_ event: EventRow, to bytes: inout [UInt8]) {
        func field(_ text: String?) {
            bytes.append(UInt8(ascii: ","))
            if let text { bytes.appendCSV(text.utf8) }
        }
        bytes.append(contentsOf: event.kind.rawValue.utf8)
        field(event.customer)
        field(event.item)
        bytes.append(UInt8(ascii: ","))
        event.at.append(to: &bytes)
        field(String(event.quantity))
        field(event.price?.description)
        field(event.session)
        field(event.device)
        field(event.orderReference)
        bytes.append(UInt8(ascii: "\n"))
    }
}
