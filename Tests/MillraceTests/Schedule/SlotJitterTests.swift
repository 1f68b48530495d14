import Foundation
import Millrace
import Testing

@Suite("Slot jitter")
struct SlotJitterTests {
    private let slot = Date(timeIntervalSince1970: 1_704_067_200)

    /// The expected values come from a separate implementation of the documented formula.
    @Test("the same slot has the same offset in every process and version")
    func isStable() {
        let jitter = SlotJitter(maximum: .seconds(300))
        #expect(jitter.offset(schedule: "nightly", slot: slot) == .microseconds(39_868_586))
        #expect(jitter.offset(schedule: "nightly", slot: slot + 86_400) == .microseconds(226_809_814))
        #expect(jitter.offset(schedule: "Zürich", slot: slot - 4e9) == .microseconds(129_853_180))
    }

    @Test("offsets fill the range evenly and stay below its end")
    func isSpread() {
        let jitter = SlotJitter(maximum: .seconds(60))
        var buckets = [Int](repeating: 0, count: 6)
        for day in 0..<6000 {
            let offset = jitter.offset(schedule: "nightly", slot: slot + Double(day) * 86_400)
            #expect(offset >= .zero && offset < .seconds(60))
            buckets[min(5, Int(offset.components.seconds / 10))] += 1
        }
        #expect(buckets.allSatisfy { (850...1150).contains($0) }, "\(buckets)")
    }

    @Test("no range, no jitter", arguments: [Duration.zero, .seconds(-5), .nanoseconds(10)])
    func noJitter(maximum: Duration) {
        #expect(SlotJitter(maximum: maximum).offset(schedule: "nightly", slot: slot) == .zero)
    }
}
