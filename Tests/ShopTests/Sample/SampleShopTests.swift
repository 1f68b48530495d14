import Foundation
import Testing

@testable import Shop

@Suite("Sample shop")
struct SampleShopTests {
    private static func shop(
        seed: UInt64 = 1, customers: Int = 400, items: Int = 200, days: Int = 180, hasDuplicates: Bool = true
    ) throws -> SampleShop {
        let end = try #require(Timestamp(rfc3339: "2025-06-30T18:00:00Z"))
        return try SampleShop(
            seed: seed, end: end, customers: customers, items: items, days: days, hasDuplicates: hasDuplicates)
    }

    @Test("the same seed gives the same bytes, another seed others")
    func deterministic() async throws {
        func contents(_ seed: UInt64) async throws -> [Data] {
            try await withTemporaryFolder { folder in
                try Self.shop(seed: seed, customers: 50, items: 48).write(to: folder, brokenRows: 7)
                return try ["items.csv", "customers.csv", "events.csv", "planted.json"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))
                }
            }
        }
        let first = try await contents(5)
        #expect(try await contents(5) == first)
        for (other, file) in zip(try await contents(6), first) { #expect(other != file) }
    }

    @Test("what is written is read again as it was, and exactly the broken rows are rejected")
    func roundTrip() async throws {
        let shop = try Self.shop(customers: 60, items: 48)
        try await withTemporaryFolder { folder in
            let truth = try shop.write(to: folder, brokenRows: 14)
            #expect(truth.brokenRows == 14)
            func read<Format: RowFormat>(_ name: String, _ format: Format) async throws -> RowBatch<Format.Row> {
                var all = RowBatch<Format.Row>()
                var reader = RowReader(ByteSource(path: "\(folder)/\(name)"), format: format)
                while let batch = try await reader.next() {
                    all.rows += batch.rows
                    all.rejected += batch.rejected
                }
                return all
            }
            let items = try await read("items.csv", ItemFormat())
            #expect(items.rows == shop.items && items.rejected.isEmpty)
            let customers = try await read("customers.csv", CustomerFormat())
            #expect(customers.rows == shop.customers && customers.rejected.isEmpty)
            let events = try await read("events.csv", EventFormat())
            #expect(events.rows == Array(shop.events))
            let expected = SampleBrokenRows.reasons.flatMap { [$0, $0] }.map(\.rawValue).sorted()
            #expect(events.rejected.map(\.reason.rawValue).sorted() == expected)
            let written = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/planted.json"))
            #expect(try JSONDecoder().decode(PlantedTruth.self, from: written) == truth)
        }
    }

    @Test("the shop of the demo has its size")
    func size() throws {
        let shop = try Self.shop(customers: 2000, items: 600)
        #expect(shop.customers.count == 2000 && shop.items.count == 600)
        #expect((150_000...250_000).contains(shop.events.count), "\(shop.events.count) events")
        #expect(shop.planted.events == shop.events.count)
    }

    @Test("events are in the order of time, end before the end, and follow the customer's creation")
    func time() throws {
        let shop = try Self.shop()
        let end = try #require(Timestamp(rfc3339: shop.planted.end))
        let created = Dictionary(uniqueKeysWithValues: shop.customers.map { ($0.code, $0.createdAt) })
        var last = Timestamp(microseconds: .min)
        for event in shop.events {
            #expect(event.at >= last && event.at < end)
            last = event.at
            let customer = try #require(event.customer)
            #expect(event.at >= (try #require(created[customer])))
        }
    }

    @Test("duplicates are as many as said, and none without them")
    func duplicates() throws {
        func count(_ shop: SampleShop) -> Int {
            var seen: Set<String> = []
            var bytes: [UInt8] = []
            return shop.events.count { event in
                bytes.removeAll(keepingCapacity: true)
                EventFormat.append(event, to: &bytes)
                return !seen.insert(String(decoding: bytes, as: UTF8.self)).inserted
            }
        }
        let shop = try Self.shop()
        #expect(shop.planted.duplicateEvents > 0)
        #expect(count(shop) == shop.planted.duplicateEvents)
        #expect(count(try Self.shop(hasDuplicates: false)) == 0)
    }

    @Test("addresses are at a reserved domain and differ; shares of locale and consent are as documented")
    func customers() throws {
        let shop = try Self.shop(customers: 4000)
        let addresses = shop.customers.compactMap(\.email)
        #expect(Set(addresses).count == 4000 && addresses.allSatisfy { $0.hasSuffix("@shop.example") })
        let bounces = zip(addresses, shop.planted.customers).filter { $0.0.hasPrefix("bounce") }
        #expect((15...80).contains(bounces.count))
        #expect(bounces.allSatisfy { $0.1.bounces })
        #expect(shop.planted.customers.count { $0.bounces } == bounces.count)
        let chinese = Double(shop.customers.count { $0.locale == "zh" }) / 4000
        #expect((0.26...0.34).contains(chinese))
        let consent = Double(shop.customers.count { $0.consentsToEmail }) / 4000
        #expect((0.82...0.88).contains(consent))
    }

    @Test("each purchase was viewed, clicked and put into the cart in its session, and returns follow purchases")
    func funnel() throws {
        let shop = try Self.shop(hasDuplicates: false)
        var seen: [String: Set<EventKind>] = [:]
        var bought: Set<String> = []
        for event in shop.events {
            let session = try #require(event.session)
            let key = "\(session) \(event.item)"
            let order = "\(event.orderReference ?? "") \(event.item)"
            switch event.kind {
            case .view, .click, .cart: seen[key, default: []].insert(event.kind)
            case .purchase:
                #expect(seen[key] == [.view, .click, .cart])
                #expect(event.price != nil && event.orderReference != nil)
                bought.insert(order)
            case .return, .review: #expect(bought.contains(order))
            }
        }
        #expect(Set(shop.events.map(\.kind)) == Set(EventKind.allCases))
    }

    @Test("the planted tastes show: most views are of the customer's own tastes")
    func tastes() throws {
        let shop = try Self.shop()
        let tasteOfItem = Dictionary(uniqueKeysWithValues: shop.planted.items.map { ($0.code, $0.taste) })
        let tastes = Dictionary(uniqueKeysWithValues: shop.planted.customers.map { ($0.code, $0.tastes) })
        let views = shop.events.filter { $0.kind == .view }
        let own = views.count { event in
            guard let customer = event.customer, let taste = tasteOfItem[event.item] else { return false }
            return tastes[customer]?.contains(taste) == true
        }
        let share = Double(own) / Double(views.count)
        // 85 % by intent, and of the other 15 % one or two eighths by chance.
        #expect((0.85...0.90).contains(share), "\(share)")
        #expect(Set(shop.planted.tastes.flatMap(\.categories)).count == 24)
        #expect(Set(shop.items.compactMap(\.category)) == Set(shop.planted.tastes.flatMap(\.categories)))
    }

    @Test("the planted segments show in recency, frequency, price and hour")
    func segments() throws {
        let shop = try Self.shop(customers: 1000, hasDuplicates: false)
        let end = try #require(Timestamp(rfc3339: shop.planted.end))
        let segmentOf = Dictionary(uniqueKeysWithValues: shop.planted.customers.map { ($0.code, $0.segment) })
        let zoneOf = Dictionary(uniqueKeysWithValues: shop.customers.map { ($0.code, $0.timeZone) })
        struct Sums {
            var orders: Set<String> = [], prices = 0.0, purchases = 0.0, views = 0.0, nightViews = 0.0,
                days: [String: Double] = [:]
        }
        var sums: [String: Sums] = [:]
        for event in shop.events {
            let customer = try #require(event.customer)
            let segment = try #require(segmentOf[customer])
            if event.kind == .purchase {
                sums[segment, default: Sums()].orders.insert(event.orderReference ?? "")
                sums[segment, default: Sums()].prices += event.price?.doubleValue ?? 0
                sums[segment, default: Sums()].purchases += 1
                let age = Double(end.microseconds - event.at.microseconds) / 86_400_000_000
                sums[segment, default: Sums()].days[customer] = age
            } else if event.kind == .view {
                let zone = try #require(zoneOf[customer]?.flatMap(TimeZone.init(identifier:)))
                let hour =
                    (event.at.microseconds / 3_600_000_000 + Int64(zone.secondsFromGMT(for: event.at.date) / 3600)) % 24
                sums[segment, default: Sums()].views += 1
                if hour >= 22 || hour < 5 { sums[segment, default: Sums()].nightViews += 1 }
            }
        }
        let sizes = Dictionary(uniqueKeysWithValues: shop.planted.segments.map { ($0.name, Double($0.customers)) })
        func frequency(_ name: String) -> Double { Double(sums[name]?.orders.count ?? 0) / (sizes[name] ?? 1) }
        func price(_ name: String) -> Double { (sums[name]?.prices ?? 0) / (sums[name]?.purchases ?? 1) }
        func recency(_ name: String) -> Double {
            let days = sums[name]?.days.values.sorted() ?? []
            return days.isEmpty ? .nan : days[days.count / 2]
        }
        func night(_ name: String) -> Double { (sums[name]?.nightViews ?? 0) / (sums[name]?.views ?? 1) }

        #expect(shop.planted.segments.count == 6)
        #expect(shop.planted.segments.map(\.customers).reduce(0, +) == 1000)
        let names = shop.planted.segments.map(\.name)
        for name in names where name != "loyal-regulars" { #expect(frequency("loyal-regulars") > 2 * frequency(name)) }
        for name in names where name != "big-ticket" { #expect(price("big-ticket") > 2 * price(name)) }
        for name in names where name != "bargain-hunters" { #expect(price("bargain-hunters") < 0.7 * price(name)) }
        for name in names where name != "lapsed" { #expect(recency("lapsed") > 2 * recency(name)) }
        for name in names { #expect(name == "night-browsers" ? night(name) > 0.95 : night(name) < 0.15, "\(name)") }
        #expect(frequency("newcomers") < 2)
    }

    @Test("sizes out of range are refused with the range")
    func badSizes() throws {
        #expect(throws: SampleShopError.badSize(name: "customers", allowed: 1...100_000)) {
            try Self.shop(customers: 0)
        }
        #expect(throws: SampleShopError.badSize(name: "items", allowed: 24...100_000)) { try Self.shop(items: 5) }
        #expect(throws: SampleShopError.badSize(name: "days", allowed: 14...3_650)) { try Self.shop(days: 3) }
        _ = try Self.shop(customers: 1, items: 24, days: 14)
    }

    @Test("a folder that cannot be made is an error that names it")
    func unwritable() throws {
        let file = try TemporaryFile([])
        let error = #expect(throws: SampleShopError.self) {
            try Self.shop(customers: 1, items: 24, days: 14).write(to: file.path)
        }
        #expect(error?.description.contains(file.path) == true)
    }

    @Test("the generator of random numbers is SplitMix64")
    func splitMix64() {
        // First outputs for seed 1234567 of the published reference implementation.
        var random = SampleRandom(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }
}
