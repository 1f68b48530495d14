import Analytics
import Foundation
import Testing

@testable import ALSTraining

@Suite("The matrix to train on")
struct InteractionCollectorTests {
    @Test("a value is the number of orders, and ids ascend")
    func values() throws {
        let data = try collect([
            visit(7, day: 1, bought: [30, 30, 10]), visit(7, day: 2, bought: [30]), visit(2, day: 1, bought: [20]),
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
        let data = try collect(visits, holdout: .lastPurchase)
        #expect(data.itemIDs == [10, 11, 12, 99])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.heldOut).columns(ofRow: 0)) == [2, 3])
        #expect(try #require(data.heldOut).columns(ofRow: 1).isEmpty)
        let again = try collect(visits, holdout: .lastPurchase, excludesBought: false)
        #expect(Array(try #require(again.heldOut).columns(ofRow: 0)) == [1, 2, 3])
        #expect(again.bought == nil)
    }

    @Test("looking at an item is interest and no purchase")
    func looks() throws {
        let data = try collect([visit(1, day: 1, bought: [11], seen: [10])])
        #expect(Array(data.interactions.columns(ofRow: 0)) == [0, 1])
        #expect(Array(try #require(data.bought).columns(ofRow: 0)) == [1])
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
