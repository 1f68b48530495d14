import Analytics
import Foundation

/// How the values of a feature were spread over customers: what a later build's values are compared with.
struct ValueBins: Sendable, Equatable, Codable {
    /// Upper ends of all bins but the last, ascending; a value on one belongs below it.
    let cuts: [Double]
    /// Share of the values in each bin.
    let shares: [Double]

    /// Bins between the deciles of values; deciles that are the same make one cut.
    init(_ values: [Double]) throws {
        let deciles = try quantiles(of: values, at: (1...9).map { Double($0) / 10 })
        var cuts: [Double] = []
        for decile in deciles where cuts.last != decile { cuts.append(decile) }
        self.cuts = cuts
        shares = Self.shares(of: values, cuts: cuts)
    }

    /// The population stability index of later values: Σ (q − p) ln(q / p) over the bins, where shares below 1 in 10,000
    /// count as that. Below 0.1 hardly anything has moved, from 0.25 on much has.
    ///
    /// - Source: Siddiqi 2006, Credit Risk Scorecards, ch. 7.
    func stabilityIndex(of values: [Double]) -> Double {
        let least = 1e-4
        return zip(shares, Self.shares(of: values, cuts: cuts)).reduce(0) { sum, pair in
            let (before, now) = (max(least, pair.0), max(least, pair.1))
            return sum + (now - before) * log(now / before)
        }
    }

    private static func shares(of values: [Double], cuts: [Double]) -> [Double] {
        var counts = [Int](repeating: 0, count: cuts.count + 1)
        for value in values {
            var (low, high) = (0, cuts.count)
            while low < high {
                let middle = (low + high) / 2
                if value <= cuts[middle] { high = middle } else { low = middle + 1 }
            }
            counts[low] += 1
        }
        return counts.map { Double($0) / Double(max(1, values.count)) }
    }
}
