/// Makes the events of the sample shop, customer by customer and visit by visit.
///
/// A visit is a session: things are viewed, some clicked, some put into the cart; a visit with an order ends in the
/// purchase of what is in the cart. Reviews and returns follow days later.
struct SampleVisits {
    private let items: SampleItems
    private let clock: SampleClock
    private let days: Int
    private let end: Timestamp
    private(set) var events: [SampleEvents.Event] = []
    private var sessions: Int32 = 0
    private var orders: Int32 = 0

    /// Probability that a view is of the customer's own tastes and not of any.
    static let tasteShare = 0.85
    /// Weight of the first of two tastes.
    static let firstTasteShare = 0.65
    private static let clickShare = 0.25
    private static let cartShare = 0.06
    private static let secondsPerDay = 86_400

    init(items: SampleItems, clock: SampleClock, days: Int, end: Timestamp) {
        self.items = items
        self.clock = clock
        self.days = days
        self.end = end
    }

    /// Adds all that one customer does.
    mutating func add(_ customer: SampleCustomers.Customer, number: Int, _ random: inout SampleRandom) {
        let segment = SampleSegment.all[customer.segment]
        let from = Double(days) * segment.active.lowerBound
        let to = Double(days) * segment.active.upperBound
        let orderVisits = max(1, scaled(segment.orders, &random, over: to - from))
        let browsingVisits = scaled(segment.browsingVisits, &random, over: to - from)
        for (count, hasOrder) in [(orderVisits, true), (browsingVisits, false)] {
            for visit in 0..<count {
                // One visit in each of `count` equal parts of the active time: regular, with jitter.
                let part = (to - from) / Double(count)
                var daysBack = days - Int(from + part * (Double(visit) + random.unit()))
                if random.chance(segment.weekendPull) {
                    daysBack = nearestWeekend(daysBack, within: days - Int(to)...days - Int(from), customer.zone)
                }
                let second = random.index(segment.hours) * 3600 + random.below(3600)
                let start = clock.moment(daysBack: max(1, daysBack), secondOfDay: second, zone: customer.zone)
                addVisit(of: customer, number: number, at: start, hasOrder: hasOrder, &random)
            }
        }
    }

    private mutating func addVisit(
        of customer: SampleCustomers.Customer, number: Int, at start: Timestamp, hasOrder: Bool,
        _ random: inout SampleRandom
    ) {
        let segment = SampleSegment.all[customer.segment]
        sessions += 1
        let device = UInt8(random.index(segment.devices))
        var at = start
        func event(_ kind: EventKind, _ item: Int, price: Int32 = -1, quantity: Int = 1) -> SampleEvents.Event {
            SampleEvents.Event(
                at: at, customer: Int32(number), item: Int32(item), session: sessions, order: 0, price: price,
                quantity: Int16(quantity), kind: kind, device: device)
        }
        let wanted = hasOrder ? random.int(in: segment.itemsPerOrder) : 0
        let views = max(wanted, random.int(in: segment.viewsPerVisit))
        var cart: [SampleEvents.Event] = []
        for view in 0..<views {
            let item = items.draw(taste: taste(of: customer, &random), segment: customer.segment, &random)
            add(event(.view, item))
            at = at.advanced(bySeconds: random.int(in: 10...120))
            let isBought = view >= views - wanted && !cart.contains { $0.item == item }
            guard isBought || random.chance(Self.clickShare) else { continue }
            add(event(.click, item))
            at = at.advanced(bySeconds: random.int(in: 5...90))
            guard isBought || random.chance(Self.cartShare) else { continue }
            let discount = random.int(in: segment.discountPercent)
            let price = items.rows[item].price.tenThousandths * Int64(100 - discount) / 10_000
            let line = event(.cart, item, price: Int32(max(1, price)), quantity: random.int(in: segment.quantity))
            add(line)
            at = at.advanced(bySeconds: random.int(in: 5...60))
            if isBought { cart.append(line) }
        }
        guard !cart.isEmpty else { return }
        orders += 1
        at = at.advanced(bySeconds: random.int(in: 30...300))
        for var line in cart {
            line.kind = .purchase
            line.at = at
            line.order = orders
            add(line)
            addSequel(to: line, reviewShare: segment.reviewShare, returnShare: segment.returnShare, &random)
        }
    }

    /// A return or a review, days after a purchase, in a visit of its own.
    private mutating func addSequel(
        to purchase: SampleEvents.Event, reviewShare: Double, returnShare: Double, _ random: inout SampleRandom
    ) {
        var sequel = purchase
        sequel.at = purchase.at.advanced(
            bySeconds: random.int(in: 3...18) * Self.secondsPerDay + random.int(in: -7200...7200))
        let draw = random.unit()
        if draw < returnShare {
            sequel.kind = .return
            sequel.quantity = Int16(random.int(in: 1...Int(purchase.quantity)))
        } else if draw < returnShare + reviewShare {
            sequel.kind = .review
            sequel.price = -1
            sequel.quantity = 1
        } else {
            return
        }
        sessions += 1
        sequel.session = sessions
        add(sequel)
    }

    private mutating func add(_ event: SampleEvents.Event) {
        if event.at < end { events.append(event) }
    }

    private func taste(of customer: SampleCustomers.Customer, _ random: inout SampleRandom) -> Int {
        guard random.chance(Self.tasteShare) else { return random.below(SampleTaste.all.count) }
        let isFirst = customer.tastes.count == 1 || random.chance(Self.firstTasteShare)
        return isFirst ? customer.tastes[0] : customer.tastes[1]
    }

    /// A count drawn from a range meant for 180 days, for so many days; rounded at random so that the mean holds.
    private func scaled(_ range: ClosedRange<Int>, _ random: inout SampleRandom, over days: Double) -> Int {
        let count = Double(random.int(in: range)) * days / 180
        return Int(count) + (random.chance(count - count.rounded(.down)) ? 1 : 0)
    }

    private func nearestWeekend(_ daysBack: Int, within range: ClosedRange<Int>, _ zone: String) -> Int {
        for distance in 0...3 {
            for day in [daysBack + distance, daysBack - distance]
            where range.contains(day) && clock.isWeekend(daysBack: day, zone: zone) {
                return day
            }
        }
        return daysBack
    }
}
