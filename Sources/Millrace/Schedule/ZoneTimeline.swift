/// The offsets of a zone from UTC over all time: the listed changes, then the yearly rule.
struct ZoneTimeline: Sendable {
    /// A stretch of time with one offset. All times are seconds since 1970-01-01T00:00:00Z.
    struct Segment: Equatable {
        /// First second; `Int64.min` when there is no change before.
        var start: Int64
        /// First second after; `Int64.max` when there is no change any more.
        var end: Int64
        /// Seconds east of UTC.
        var offset: Int64
        /// Seconds east of UTC just before `start`; `offset` when there is no change before.
        var previousOffset: Int64
    }

    private let changeTimes: [Int64]
    /// `offsets[i]` holds before `changeTimes[i]`; one element more than `changeTimes`.
    private let offsets: [Int64]
    private let rule: ZoneRule?
    /// From here on the rule holds.
    private let ruleStart: Int64

    init(initialOffset: Int, changes: some Sequence<(Int64, Int)>, rule: ZoneRule?) {
        var times: [Int64] = []
        var offsets = [Int64(initialOffset)]
        var ruleStart = Int64.min
        for (time, offset) in changes {
            ruleStart = time
            guard offsets.last != Int64(offset) else { continue }
            times.append(time)
            offsets.append(Int64(offset))
        }
        // The rule may only hold after the last listed change, even where that one leaves the offset as it was.
        if rule != nil, ruleStart != .min, times.last != ruleStart {
            times.append(ruleStart)
            offsets.append(offsets[offsets.count - 1])
        }
        changeTimes = times
        self.offsets = offsets
        self.rule = rule
        self.ruleStart = ruleStart
    }

    /// One offset for ever.
    init(fixedOffset: Int) {
        self.init(initialOffset: fixedOffset, changes: [], rule: nil)
    }

    /// The stretch that contains `instant`.
    func segment(at instant: Int64) -> Segment {
        if let rule, instant >= ruleStart {
            return rule.segment(
                at: instant, from: ruleStart, offsetBefore: changeTimes.isEmpty ? nil : offsets[changeTimes.count - 1])
        }
        // The number of changes at or before `instant`.
        var low = 0
        var high = changeTimes.count
        while low < high {
            let middle = (low + high) / 2
            if changeTimes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return Segment(
            start: low == 0 ? .min : changeTimes[low - 1],
            end: low == changeTimes.count ? .max : changeTimes[low],
            offset: offsets[low],
            previousOffset: low == 0 ? offsets[0] : offsets[low - 1])
    }
}
