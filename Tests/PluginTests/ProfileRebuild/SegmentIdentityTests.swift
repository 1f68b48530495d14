import Analytics
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

@Suite("Which segments are the same")
struct SegmentIdentityTests {
    @Test("pairs are the best of all that there are", arguments: [(3, 3), (2, 4), (4, 2), (5, 5), (1, 1)])
    func hungarian(rows: Int, columns: Int) {
        for seed in 1...20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let weights = (0..<rows).map { _ in (0..<columns).map { _ in Double(generator.integer(below: 10)) } }
            let pairs = assignPairs(weights)
            let taken = pairs.compactMap { $0 }
            #expect(taken.count == min(rows, columns) && Set(taken).count == taken.count, "seed \(seed)")
            let sum = zip(weights, pairs).reduce(0.0) { sum, pair in sum + (pair.1.map { pair.0[$0] } ?? 0) }
            #expect(sum == best(weights, row: 0, used: []), "seed \(seed): \(weights)")
        }
    }

    @Test("nothing to pair with")
    func noPairs() {
        #expect(assignPairs([]).isEmpty)
        #expect(assignPairs([[], []]) == [nil, nil])
    }

    /// The greatest sum, by trying everything.
    private func best(_ weights: [[Double]], row: Int, used: Set<Int>) -> Double {
        guard row < weights.count else { return 0 }
        var most = best(weights, row: row + 1, used: used)
        for column in weights[row].indices where !used.contains(column) {
            most = max(most, weights[row][column] + best(weights, row: row + 1, used: used.union([column])))
        }
        return most
    }

    @Test("overlap is counted over customers that both know")
    func overlap() {
        let overlap = SegmentOverlap(
            previous: Membership(customers: [1, 2, 3, 5, 9], segments: [1, 1, 2, 2, 1]), previousSegments: 2,
            current: Membership(customers: [2, 3, 4, 5, 9], segments: [1, 1, 2, 2, 1]), currentSegments: 2)
        #expect(overlap.customers == 4)
        #expect(overlap.shared == [[2, 0], [1, 1]])
        #expect(overlap.similarity(0, 0) == 2.0 / 3)
        #expect(overlap.similarity(1, 1) == 0.5)
        #expect(overlap.mainHeir(of: 1) == 0)
        #expect(overlap.mainOrigin(of: 0) == 0)
    }
}

@Suite("Identity of segments over builds", .database)
struct SegmentHistoryTests {
    private struct Change: Equatable, CustomStringConvertible {
        var identity: Int
        var change: String
        var segment: Int?
        var origin: Int?
        var description: String {
            "\(identity) \(change) \(segment.map(String.init) ?? "-") \(origin.map(String.init) ?? "-")"
        }
    }

    private func changes(of build: JobID, on database: TestDatabase) async throws -> [Change] {
        try await database.pool.query(
            "SELECT identity, change, segment, origin FROM shop.segment_history WHERE build_id = $1 ORDER BY identity",
            build.rawValue
        ).map { row in
            let (identity, change, segment, origin) = try row.decode(Int.self, String.self, Int?.self, Int?.self)
            return Change(identity: identity, change: change, segment: segment, origin: origin)
        }
    }

    @Test("segments keep their identity over rebuilds, whatever their number, and the second report says nothing moved")
    func kept() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        let first = try await database.rebuild(#"{"clusters": 2}"#)
        #expect(first.result.drift == nil)
        #expect(
            try await changes(of: first.job, on: database) == [
                Change(identity: 1, change: "new", segment: 1), Change(identity: 2, change: "new", segment: 2),
            ])
        // The smaller segment becomes the larger one: the numbers change places, the identities do not.
        try await database.pool.execute(
            """
            INSERT INTO shop.customer (id, code, country)
            SELECT n, 'C' || n, 'United Kingdom' FROM generate_series(101, 160) AS n
            """)
        try await database.pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref)
            SELECT 'purchase', n, 2, '2025-01-11 21:00Z', 1, n - 80, 'O' || n FROM generate_series(101, 160) AS n
            """)
        let second = try await database.rebuild(#"{"clusters": 2}"#)
        #expect(
            try await changes(of: second.job, on: database) == [
                Change(identity: 1, change: "kept", segment: 2), Change(identity: 2, change: "kept", segment: 1),
            ])
        let drift = try #require(second.result.drift)
        #expect(drift.comparedWith == first.job.rawValue)
        #expect(
            (drift.customersInBoth, drift.customersMoved, drift.customersNew, drift.customersGone) == (100, 0, 60, 0))
        // There are far more lapsed customers than before.
        #expect(drift.features[0].verdict == "shifted" && drift.features[0].psi > 0.25)
        let identities = try await database.texts(
            "SELECT string_agg(identity::text, ' ' ORDER BY segment) FROM shop.v_segment")
        #expect(identities == ["2 1"])

        let third = try await database.rebuild(#"{"clusters": 2, "shards": 3}"#)
        let calm = try #require(third.result.drift)
        #expect(calm.customersMoved == 0 && calm.customersNew == 0)
        #expect(try #require(calm.largestShift) < 1e-5)
        #expect(calm.features.allSatisfy { $0.psi < 1e-9 && $0.verdict == "stable" })
        #expect(try await database.count("SELECT count(*) FROM shop.v_segment_drift WHERE verdict = 'stable'") > 5)
        #expect(try await database.count("SELECT count(*) FROM shop.v_segment_history WHERE change = 'kept'") == 4)
    }

    @Test("a segment that comes apart leaves its identity to the larger part, and one that is swallowed ends")
    func splitAndMerged() async throws {
        let database = try TestDatabase.current
        try await database.fillProfileShop()
        let whole = try await database.rebuild(#"{"clusters": 2}"#)
        let split = try await database.rebuild(#"{"clusters": 4}"#)
        let parts = try await changes(of: split.job, on: database)
        #expect(parts.count == 4, "\(parts)")
        #expect(parts.filter { $0.change == "kept" }.map(\.identity) == [1, 2], "\(parts)")
        #expect(parts.filter { $0.change == "split" }.map(\.identity) == [3, 4], "\(parts)")
        #expect(parts.filter { $0.change == "split" }.allSatisfy { [1, 2].contains($0.origin) })
        #expect(try #require(split.result.drift).customersMoved > 0)

        let merged = try await database.rebuild(#"{"clusters": 2}"#)
        let after = try await changes(of: merged.job, on: database)
        #expect(after.filter { $0.change == "kept" }.map(\.identity) == [1, 2], "\(after)")
        #expect(after.filter { $0.change == "merged" }.map(\.identity) == [3, 4], "\(after)")
        #expect(after.filter { $0.segment == nil }.allSatisfy { [1, 2].contains($0.origin) })
        #expect(try #require(merged.result.drift).segments["merged"] == 2)
        // Identities are not given twice.
        _ = whole
        let again = try await database.rebuild(#"{"clusters": 3}"#)
        #expect(try await changes(of: again.job, on: database).contains { $0.identity == 5 && $0.change == "split" })
    }
}
