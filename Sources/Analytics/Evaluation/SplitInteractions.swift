/// Interactions to train on and interactions to measure by, of the same shape.
public struct InteractionSplit: Sendable, Equatable {
    /// To train on.
    public let train: InteractionBlock
    /// To measure by.
    public let heldOut: InteractionBlock
}

extension InteractionBlock {
    /// Holds out a random share of each user's interactions.
    ///
    /// - Parameters:
    ///   - share: of a user's interactions, in 0…1; rounded down, at least one.
    ///   - minimum: users with fewer interactions keep them all, at least 2.
    ///   - seed: of the draws; a user's depend on the seed and the user alone.
    /// - Throws: ``FactorizationError/invalidSetting(_:)``.
    public func splitPerUser(
        share: Double, minimum: Int = 5, seed: UInt64
    ) throws(FactorizationError) -> InteractionSplit {
        guard share >= 0, share <= 1, minimum >= 2 else {
            throw .invalidSetting("a share of \(share) of users with at least \(minimum) interactions")
        }
        var isHeldOut = [Bool](repeating: false, count: count)
        for row in 0..<rows {
            let length = rowOffsets[row + 1] - rowOffsets[row]
            if length < minimum || share == 0 { continue }
            var generator = SeededGenerator(seed: seed, stream: UInt64(firstRow + row))
            let held = min(length - 1, max(1, Int(share * Double(length))))
            for place in generator.sample(held, of: length) { isHeldOut[rowOffsets[row] + place] = true }
        }
        return split(isHeldOut)
    }

    /// Holds out what happened at a time or later, of users and items alike: what a model trained at that time meets.
    ///
    /// - Parameters:
    ///   - times: of the interactions, in the order of `columns`, in any unit.
    ///   - time: the first that is held out.
    /// - Throws: ``FactorizationError`` when there is not one time for each interaction, or one is NaN.
    public func split(times: [Double], from time: Double) throws(FactorizationError) -> InteractionSplit {
        try check(times)
        guard !time.isNaN else { throw .invalidSetting("a split at NaN") }
        return split(times.map { $0 >= time })
    }

    /// Holds out each user's latest interactions.
    ///
    /// - Parameters:
    ///   - times: as above; the greater column is the later one at the same time.
    ///   - latest: how many a user gives; users with no more than that keep all.
    /// - Throws: ``FactorizationError`` when `latest` is not positive or times do not fit.
    public func split(times: [Double], latest: Int) throws(FactorizationError) -> InteractionSplit {
        guard latest >= 1 else { throw .invalidSetting("the latest \(latest), must be ≥ 1") }
        try check(times)
        var isHeldOut = [Bool](repeating: false, count: count)
        for row in 0..<rows {
            let range = rowOffsets[row]..<rowOffsets[row + 1]
            if range.count <= latest { continue }
            for position in range.sorted(by: { (times[$0], $0) < (times[$1], $1) }).suffix(latest) {
                isHeldOut[position] = true
            }
        }
        return split(isHeldOut)
    }

    private func check(_ times: [Double]) throws(FactorizationError) {
        guard times.count == count else { throw .mismatch("\(times.count) times for \(count) interactions") }
        if let place = times.firstIndex(where: \.isNaN) {
            throw .invalidSetting("the time of interaction \(place) is NaN")
        }
    }

    private func split(_ isHeldOut: [Bool]) -> InteractionSplit {
        func part(_ wanted: Bool) -> InteractionBlock {
            var offsets = [0]
            var partColumns: [Int32] = []
            var partValues: [Float] = []
            for row in 0..<rows {
                for position in rowOffsets[row]..<rowOffsets[row + 1] where isHeldOut[position] == wanted {
                    partColumns.append(columns[position])
                    partValues.append(values[position])
                }
                offsets.append(partColumns.count)
            }
            return InteractionBlock(
                unchecked: partColumns, values: partValues, rowOffsets: offsets, firstRow: firstRow,
                columnCount: columnCount)
        }
        return InteractionSplit(train: part(false), heldOut: part(true))
    }
}
