/// The events of a sample shop in the order of time, made into rows as they are asked for.
public struct SampleEvents: RandomAccessCollection, Sendable {
    /// An event in 40 bytes.
    struct Event: Sendable {
        var at: Timestamp
        var customer: Int32
        var item: Int32
        var session: Int32
        /// Number of the order; 0 for none.
        var order: Int32
        /// Pence; −1 for none.
        var price: Int32
        var quantity: Int16
        var kind: EventKind
        var device: UInt8
    }

    let events: [Event]
    let customerCodes: [String]
    let itemCodes: [String]

    /// Always 0.
    public var startIndex: Int { 0 }
    /// How many events there are, duplicates included.
    public var endIndex: Int { events.count }

    /// The event at a position in the order of time.
    public subscript(position: Int) -> EventRow {
        let event = events[position]
        return EventRow(
            kind: event.kind, customer: customerCodes[Int(event.customer)], item: itemCodes[Int(event.item)],
            at: event.at, quantity: Int32(event.quantity),
            price: event.price < 0 ? nil : Price(hundredths: Int(event.price)), session: "S\(event.session)",
            device: SampleSegment.deviceNames[Int(event.device)],
            orderReference: event.order == 0 ? nil : "O\(event.order)")
    }
}
