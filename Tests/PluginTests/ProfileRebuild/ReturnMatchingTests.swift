import Shop
import Testing

@testable import ProfileRebuild

@Suite("Returns")
struct ReturnMatchingTests {
    @Test("a purchase sent back whole goes, together with its return")
    func whole() throws {
        let events = [
            Planted.event(quantity: 3), Planted.event(item: 4, price: 10), Planted.event(.return, day: 5, quantity: 3),
        ]
        #expect(Planted.dropped(events) == ["cancelled": 2])
        let record = try #require(Planted.records(events).first)
        #expect(record.monetary == 10)
        #expect(record.returns == 1)
    }

    @Test("the latest purchase of that quantity is the one that was sent back")
    func latest() throws {
        let record = try #require(
            Planted.records([
                Planted.event(day: 0, order: 1), Planted.event(day: 10, order: 2), Planted.event(.return, day: 11),
                Planted.event(.view, day: 20),
            ]).first)
        #expect(record.orders == 1)
        #expect(record.lastOrder == Planted.moment(day: 0, hour: 12))
    }

    @Test("a return before the purchase takes nothing back")
    func before() {
        let events = [Planted.event(.return, day: 1), Planted.event(day: 2)]
        #expect(Planted.dropped(events) == ["return_without_purchase": 1])
    }

    @Test("part of a purchase sent back is taken off its money, and what was never bought is not")
    func partial() throws {
        let events = [
            Planted.event(quantity: 5, price: 2), Planted.event(.return, day: 1, quantity: 2, price: 2),
            Planted.event(.return, day: 2, quantity: 4, price: 2),
            Planted.event(.return, day: 3, quantity: 3, price: 2),
        ]
        #expect(Planted.dropped(events) == ["return_without_purchase": 1])
        let record = try #require(Planted.records(events).first)
        #expect(record.monetary == 0)
        #expect(record.returns == 2)
    }

    @Test("a return may span purchases, and a purchase that lost pieces is no longer sent back whole")
    func spanning() {
        let events = [
            Planted.event(quantity: 2, order: 1), Planted.event(day: 1, quantity: 2, order: 2),
            Planted.event(.return, day: 2, quantity: 3, order: 3),
            Planted.event(.return, day: 3, quantity: 2, order: 4),
        ]
        // Three of four pieces went back; one is left, so the last return has more than there is.
        #expect(Planted.dropped(events) == ["return_without_purchase": 1])
        #expect(Planted.collect(events).tally.counts.kept == 3)
    }

    @Test("a customer who sent everything back has no profile")
    func everything() {
        let events = [Planted.event(), Planted.event(.return, day: 1), Planted.event(customer: 2)]
        #expect(Planted.records(events).map(\.customer) == [2])
    }

    @Test("a return of another item or another customer takes nothing back")
    func others() {
        let events = [
            Planted.event(), Planted.event(.return, item: 2, day: 1), Planted.event(.return, customer: 2, day: 1),
        ]
        #expect(Planted.dropped(events) == ["return_without_purchase": 2])
    }
}
