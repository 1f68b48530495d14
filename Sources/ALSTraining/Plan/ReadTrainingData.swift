import Analytics
import Millrace
import Postgres

extension Pool {
    /// Reads all events and turns them into what a training needs.
    ///
    /// - Parameters:
    ///   - arguments: of the training.
    ///   - progress: is told how many orders and visits were read.
    /// - Throws: `PermanentFailure` when there is nothing to train on, to validate or to measure by.
    func trainingData(
        _ arguments: TrainingArguments, progress: @Sendable (_ visits: Int) -> Void
    ) async throws -> TrainingData {
        let collector = try await withConnection { connection in
            var collector = InteractionCollector(arguments)
            var count = 0
            for try await visit in connection.visits(kinds: arguments.kinds) {
                collector.add(visit)
                count += 1
                if count.isMultiple(of: 1000) { progress(count) }
            }
            return Exclusive(collector)
        }
        let data = try await onOwnThread { check in
            try check()
            return try permanently { try collector.withValue { try $0.finish() } }
        }
        try data.check(arguments)
        return data
    }
}

extension TrainingData {
    fileprivate func check(_ arguments: TrainingArguments) throws {
        guard interactions.count > 0 else {
            throw PermanentFailure(
                "no customer has an event of the kinds \(arguments.kinds.joined(separator: ", "))  →  import orders first: "
                    + "`millrace import events FILE`")
        }
        if let heldOut, heldOut.count == 0 {
            throw PermanentFailure(
                "no customer has a last order with something to hold out  →  measure when customers have ordered twice"
                    + (arguments.excludeBought ? ", or set exclude_bought to false" : ""))
        }
        if let validation, validation.count == 0 {
            throw PermanentFailure(
                "none of the customers who were drawn for the validation has a last order with something new in it  →  "
                    + "set patience to 0, or raise validation_share")
        }
    }
}
