import Analytics
import Foundation
import Testing

@testable import ALSTraining

@Suite("The matrix to train on")
struct InteractionCollectorTests {
    @Test("a value is the number of orders, and ids ascend")
    func values() throws {
        let data = try collect([
            visit(2, day: 1, bought: [20]), visit(7, day: 1, bought: [30, 30, 10]), visit(7, day: 2, bought: [30]),
        ])
        #expect(data.customerIDs == [2, 7])
        #expect(data.itemIDs == [10, 20, 30])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [1])
        #expect(Array(data.interactions.columns(ofRow: 1)) == [0, 2])
        #expect(Array(data.interactions.values(ofRow: 1)) == [1, 2])
        #expect(data.heldOut == nil)
        #expect(data.dataFrom == Date(timeIntervalSince1970: 86_400))
        #expect(data.dataTo == Date(timeIntervalSince1970: 2 * 86_400))
    }

    @Test("what came back whole is no interest, but is not offered again either")
    func takenBack() throws {
        let data = try collect([
            visit(1, day: 1, bought: [10, 11], quantity: 5), visit(1, day: 2, takenBack: [10], quantity: 5),
            visit(1, day: 3, takenBack: [11], quantity: 2), visit(2, day: 1, bought: [10]),
        ])
        #expect(data.itemIDs == [10, 11])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [1])
        #expect(Array(try #require(data.bought).columns(ofRow: 0)) == [0, 1])
    }

    @Test("a customer who sent everything back is left out")
    func leftOut() throws {
        let data = try collect([
            visit(1, day: 1, bought: [10]), visit(1, day: 2, takenBack: [10]), visit(2, day: 1, bought: [11]),
        ])
        #expect(data.customerIDs == [2])
        #expect(data.itemIDs == [11])
    }

    @Test("held-out items are those not bought before; one that nobody bought before is there to be missed")
    func heldOut() throws {
        let visits = [
            visit(1, day: 1, bought: [10, 11]), visit(1, day: 2, bought: [11, 12, 99]),
            visit(2, day: 1, bought: [12]),
        ]
        let data = try collect(visits) { $0.holdout = .lastPurchase }
        #expect(data.itemIDs == [10, 11, 12, 99])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.heldOut).columns(ofRow: 0)) == [2, 3])
        #expect(try #require(data.heldOut).columns(ofRow: 1).isEmpty)
        let again = try collect(visits) {
            $0.holdout = .lastPurchase
            $0.excludeBought = false
        }
        #expect(Array(try #require(again.heldOut).columns(ofRow: 0)) == [1, 2, 3])
        #expect(again.bought == nil)
    }

    @Test("looking at an item is interest and no purchase")
    func looks() throws {
        let data = try collect([visit(1, day: 1, bought: [11], seen: [10])])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.bought).columns(ofRow: 0)) == [1])
    }

    @Test("a visit counts with the greatest weight of its kinds")
    func weights() throws {
        let data = try collect([
            visit(1, day: 1, bought: [10], seen: [10, 11], seenAs: 2), visit(1, day: 2, seen: [10], seenAs: 2),
        ]) {
            $0.kinds = ["purchase", "view"]
            $0.kindWeights = ["purchase": 2, "view": 0.25]
        }
        #expect(Array(data.interactions.values(ofRow: 0)) == [2.25, 0.25])
    }

    @Test("the validation takes the last order before the one held out, and gives it back")
    func validation() throws {
        let data = try collect([
            visit(1, day: 1, bought: [10]), visit(1, day: 2, bought: [10, 11]), visit(1, day: 3, bought: [12]),
            visit(2, day: 1, bought: [12]),
        ]) {
            $0.holdout = .lastPurchase
            $0.patience = 1
            $0.validationShare = 1
        }
        #expect(data.itemIDs == [10, 11, 12])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0])
        #expect(Array(try #require(data.validation).columns(ofRow: 0)) == [1])
        #expect(Array(try #require(data.validationBought).columns(ofRow: 0)) == [0])
        #expect(Array(try #require(data.known).columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.bought).columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.heldOut).columns(ofRow: 0)) == [2])
        // One order is too few to give one away.
        #expect(Array(data.interactions.columns(ofRow: 1)) == [2])
        #expect(try #require(data.validation).columns(ofRow: 1).isEmpty)
    }

    @Test("a customer whose earlier orders all came back is trained on and not validated by")
    func nothingLeft() throws {
        let data = try collect([
            visit(1, day: 1, bought: [10]), visit(1, day: 2, takenBack: [10]), visit(1, day: 3, bought: [11]),
        ]) {
            $0.patience = 1
            $0.validationShare = 1
        }
        #expect(data.itemIDs == [11])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0])
        #expect(try #require(data.validation).count == 0)
    }

    @Test("the share of customers who validate is drawn by their ids")
    func share() throws {
        let visits = (1...400).flatMap { customer in
            (1...2).map { visit(Int32(customer), day: $0, bought: [Int32($0)]) }
        }
        let validating = { (visits: [ShopVisit]) in
            try collect(visits) {
                $0.patience = 1
                $0.validationShare = 0.25
            }
        }
        let all = try validating(visits)
        let held = try #require(all.validation)
        #expect((60...140).contains(held.count))
        let some = try validating(Array(visits[..<200]))
        let fewer = try #require(some.validation)
        for row in 0..<100 { #expect(fewer.columns(ofRow: row).isEmpty == held.columns(ofRow: row).isEmpty) }
    }

    @Test("an item is as old as its first event")
    func ages() throws {
        let data = try collect([
            visit(1, day: 5, bought: [10]), visit(1, day: 7, bought: [11]), visit(2, day: 2, bought: [11]),
        ])
        #expect(data.itemsSeenAt.map { $0.timeIntervalSince1970 / 86_400 } == [5, 2])
    }

    @Test("blocks that are cut and joined again are the whole")
    func joining() throws {
        let visits = (1...100).map { visit(Int32($0), day: 1, bought: [Int32($0 % 7), Int32($0 % 11)]) }
        let matrix = try collect(visits).interactions
        let blocks = RowBlocks(rows: matrix.rows)
        #expect(blocks.count > 2)
        let parts = (0..<blocks.count).map { matrix.block(of: blocks[$0]) }
        #expect(try InteractionBlock(joining: parts) == matrix)
    }
}
