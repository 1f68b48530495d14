import Analytics
import Shop
import Testing

@testable import ProfileRebuild

@Suite("Finding segments")
struct SegmentFindingTests {
    private static let search = SegmentSearch(clusters: nil, range: 5...10, restarts: 4, seed: 7)

    @Test("the sample shop's planted segments are found again, their number too", arguments: [UInt64(1), 2])
    func plantedSegments(seed: UInt64) throws {
        let sample = try PlantedSample.of(seed: seed)
        let build = try sample.collected.build(Self.search)
        #expect(build.segmentation.segments.count == sample.segments.count)
        #expect(build.counts[.duplicate] > 0)
        // Customers that share their segment with most of those planted alike, of all.
        var together: [String: [Int: Int]] = [:]
        for (profile, number) in zip(build.profiles.map(\.measures), build.segmentation.numbers) {
            together[sample.planted[Int(profile.customer) - 1], default: [:]][number, default: 0] += 1
        }
        let agreeing = together.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
        let found = Set(together.values.compactMap { $0.max { $0.value < $1.value }?.key })
        #expect(found.count == sample.segments.count, "seed \(seed)")
        #expect(Double(agreeing) >= 0.97 * Double(build.profiles.count), "seed \(seed): \(together)")
    }

    @Test("names say what was planted")
    func plantedNames() throws {
        let sample = try PlantedSample.of(seed: 1)
        let names = try sample.collected.build(Self.search).segmentation.segments.map(\.name)
        for word in ["Bargain-seeking", "Night-time", "Premium", "Lapsed", "ewcomers", "egulars"] {
            #expect(names.contains { $0.contains(word) }, "\(word) in \(names)")
        }
    }

    @Test("the same seed gives the same segments; segments are numbered from the largest on")
    func deterministic() throws {
        let sample = try PlantedSample.of(seed: 4)
        let first = try sample.collected.build(Self.search).segmentation
        let second = try sample.collected.build(Self.search).segmentation
        #expect(first.segments == second.segments)
        #expect(first.groups == second.groups)
        #expect(first.tried == second.tried && !first.tried.isEmpty)
        #expect(first.numbers == second.numbers)
        let sizes = first.segments.map(\.customers)
        #expect(sizes == sizes.sorted(by: >))
        #expect(first.segments.map(\.number) == Array(1...sizes.count))
        #expect(sizes.reduce(0, +) == first.numbers.count)
        #expect(abs(first.segments.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    }

    @Test("a number of segments that is asked for is found, and names differ", arguments: [1, 2, 7, 25])
    func fixed(clusters: Int) throws {
        let sample = try PlantedSample.of(seed: 5)
        let search = SegmentSearch(clusters: clusters, range: 5...10, restarts: 2, seed: 1)
        let found = try sample.collected.build(search).segmentation
        #expect(found.segments.count == clusters)
        #expect(Set(found.segments.map(\.name)).count == clusters)
        #expect(Set(found.segments.map(\.nameZh)).count == clusters)
        #expect(found.groups.count == clusters - 1)
        #expect(Set(found.groups.map(\.name) + found.segments.map(\.name)).count == 2 * clusters - 1)
        #expect(found.tried.isEmpty)
        #expect((found.silhouette == nil) == (clusters == 1))
    }

    @Test("fewer customers than segments asked for: a segment for each different customer")
    func tooFewCustomers() throws {
        let collected = Planted.collect([
            Planted.event(customer: 1), Planted.event(customer: 2, item: 4, day: 40, price: 10),
            Planted.event(customer: 3, item: 4, day: 40, price: 10),
        ])
        for clusters in [nil, 5] {
            let search = SegmentSearch(clusters: clusters, range: 5...10, restarts: 2, seed: 1)
            let found = try collected.build(search).segmentation
            #expect(found.segments.count == (clusters == nil ? 1 : 2))
            #expect(Set(found.segments.map(\.name)).count == found.segments.count)
        }
    }

    @Test("customers who are all alike are one segment, without NaN anywhere")
    func allAlike() throws {
        let build = try Planted.collect([
            Planted.event(customer: 1), Planted.event(customer: 2), Planted.event(customer: 3),
        ]).build(Self.search)
        let found = build.segmentation
        #expect(build.lifetime.orders == nil && build.outlooks.allSatisfy { $0 == nil })
        #expect(found.table.features.isEmpty)
        #expect(found.segments.count == 1)
        #expect(found.silhouette == nil)
        #expect(found.table.scores.values.allSatisfy { $0 == 0 })
        #expect(found.segments[0].averages.values.allSatisfy { $0.isFinite })
        #expect(found.segments[0].traits.isEmpty)
    }

    @Test("no event, or none that counts, says so and why")
    func nothing() {
        func failure(_ events: [ShopEvent]) -> String? {
            do {
                _ = try Planted.collect(events).build(Self.search)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(failure([])?.contains("there are no events") == true)
        let guests = [Planted.event(customer: nil), Planted.event(customer: nil), Planted.event(item: 5)]
        #expect(failure(guests)?.contains("(dropped: guest 2, not_a_product 1)") == true)
        #expect(failure([Planted.event(.view, price: nil)])?.contains("none of 1 events") == true)
        #expect(failure([Planted.event()]) == nil)
    }

    @Test("a check that throws ends the search")
    func cancellation() throws {
        struct Stop: Error {}
        let sample = try PlantedSample.of(seed: 6)
        var calls = 0
        #expect(throws: Stop.self) {
            _ = try sample.collected.build(Self.search) {
                calls += 1
                if calls == 5 { throw Stop() }
            }
        }
        #expect(calls == 5)
    }
}

/// A sample shop, cleaned, and what was planted in it.
struct PlantedSample {
    let collected: CollectedRecords
    /// The planted segment of customer `id`, at `id − 1`.
    let planted: [String]
    let segments: [String]

    /// The sample shop of that seed with 400 customers, as if it had been imported: ids count from 1.
    static func of(seed: UInt64) throws -> PlantedSample {
        let end = try #require(Timestamp(year: 2026, month: 5, day: 1))
        let sample = try SampleShop(seed: seed, end: end, customers: 400)
        func ids(_ codes: [String]) -> [String: Int32] {
            Dictionary(uniqueKeysWithValues: zip(codes, 1...Int32(codes.count)))
        }
        let customerIDs = ids(sample.customers.map(\.code))
        let itemIDs = ids(sample.items.map(\.code))
        let catalogue = ShopCatalogue(
            try sample.items.map { item in
                ShopCatalogue.Item(
                    id: try #require(itemIDs[item.code]), category: item.category ?? ShopCatalogue.unnamedCategory,
                    price: Double(item.price.tenThousandths) / 10_000, isProduct: true, brand: item.brand)
            })
        let countries = Dictionary(grouping: sample.customers.compactMap(\.country), by: { $0 })
        let customers = ShopCustomers(
            try sample.customers.map { customer in
                ShopCustomers.Customer(
                    id: try #require(customerIDs[customer.code]), country: customer.country, region: customer.region,
                    timezone: customer.timeZone)
            }, homeCountry: countries.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key)
        var references: [String: Int64] = [:]
        let events = sample.events.map { event in
            ShopEvent(
                kind: event.kind, customer: event.customer.flatMap { customerIDs[$0] },
                item: itemIDs[event.item] ?? 0, at: event.at, quantity: event.quantity,
                price: event.price.map { Double($0.tenThousandths) / 10_000 },
                order: (event.orderReference ?? event.session).map { reference in
                    let next = Int64(references.count)
                    references[reference] = references[reference] ?? next
                    return references[reference] ?? next
                }, device: event.device)
        }
        return PlantedSample(
            collected: CollectedRecords(
                events.sorted { ($0.customer ?? .max) < ($1.customer ?? .max) }, catalogue: catalogue,
                customers: customers, now: end),
            planted: sample.planted.customers.map(\.segment), segments: sample.planted.segments.map(\.name))
    }
}
