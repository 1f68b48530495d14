public import Foundation

/// Spreads slots of many schedules over a stretch of time, the same way each time the same slot is asked for.
///
/// The offset depends on the schedule's name and the slot's instant alone: every process, on every machine and in
/// every version, gets the same one. Sources: FNV-1a (Fowler, Noll, Vo) over the name, a zero byte and the slot's
/// microseconds since 1970 as eight little-endian bytes; then the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
public struct SlotJitter: Hashable, Sendable {
    /// Offsets are below this one.
    public let maximum: Duration

    /// Spreads slots over `0 ..< maximum`; a maximum of zero or below means no jitter.
    public init(maximum: Duration) {
        self.maximum = maximum
    }

    /// The offset to add to a slot: whole microseconds, at least zero and below ``maximum``.
    public func offset(schedule name: String, slot: Date) -> Duration {
        let range = UInt64(max(0, maximum.wholeMicroseconds))
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func absorb(_ byte: UInt8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        for byte in name.utf8 { absorb(byte) }
        absorb(0)
        let instant = UInt64(bitPattern: ScheduleInstant.microseconds(of: slot))
        for shift in stride(from: 0, to: 64, by: 8) { absorb(UInt8(truncatingIfNeeded: instant >> UInt64(shift))) }

        var mixed = hash &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return .microseconds(Int64(mixed.multipliedFullWidth(by: range).high))
    }
}
