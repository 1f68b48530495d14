import Testing

@testable import ALSTraining

@Suite("Hold-out of the last purchase")
struct HoldoutSplitTests {
    private let visits = [
        visit(1, day: 1, bought: [10, 11]), visit(1, day: 2, bought: [12]), visit(1, day: 3, seen: [13]),
        visit(1, day: 4, bought: [14, 15]),
    ]

    @Test("the last order is held out, and what came before it is trained on")
    func lastOrder() {
        let split = HoldoutSplit(visits, holdout: .lastPurchase)
        #expect(split.heldOut == [14, 15])
        #expect(Array(split.training) == Array(visits[..<3]))
    }

    @Test("without a hold-out everything is trained on")
    func none() {
        let split = HoldoutSplit(visits, holdout: .none)
        #expect(split.heldOut.isEmpty)
        #expect(Array(split.training) == visits)
    }

    @Test("a customer with one order keeps it")
    func oneOrder() {
        let visits = [visit(1, day: 1, seen: [9]), visit(1, day: 2, bought: [10]), visit(1, day: 3, seen: [11])]
        let split = HoldoutSplit(visits, holdout: .lastPurchase)
        #expect(split.heldOut.isEmpty)
        #expect(split.training.count == 3)
    }

    @Test("what came after the last order is not trained on, and what came back of it is not held out")
    func afterwards() {
        let later = visits + [visit(1, day: 5, takenBack: [10, 15]), visit(1, day: 6, seen: [14])]
        let split = HoldoutSplit(later, holdout: .lastPurchase)
        #expect(split.heldOut == [14])
        #expect(Array(split.training) == Array(visits[..<3]))
    }

    @Test("the validation is cut off before what is held out, by the time of the orders")
    func validation() {
        let split = HoldoutSplit(visits, holdout: .lastPurchase, validates: true)
        #expect(split.heldOut == [14, 15])
        #expect(Array(split.known) == Array(visits[..<3]))
        #expect(split.validation == [12])
        #expect(Array(split.training) == Array(visits[..<1]))
        let alone = HoldoutSplit(visits, holdout: .none, validates: true)
        #expect(alone.validation == [14, 15])
        #expect(Array(alone.known) == visits)
        #expect(Array(alone.training) == Array(visits[..<3]))
    }
}
