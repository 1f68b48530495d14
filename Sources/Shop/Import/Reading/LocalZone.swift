import Foundation
import Millrace

/// A zone in which a file writes its local times.
struct LocalZone: Sendable, Equatable {
    let zone: Zone

    /// The moment at which the clocks of the zone show this; the fields are given as if they were UTC.
    ///
    /// Of a time that the clocks show twice the first is taken; one that they skip counts from before the change, so half
    /// past two in a spring night is half past three.
    func moment(atLocal local: Timestamp) -> Timestamp {
        let day = 86_400
        let before = offset(at: local.advanced(bySeconds: -day))
        let after = offset(at: local.advanced(bySeconds: day))
        let first = local.advanced(bySeconds: -before)
        guard before != after, offset(at: first) != before else { return first }
        let second = local.advanced(bySeconds: -after)
        return offset(at: second) == after ? second : first
    }

    private func offset(at moment: Timestamp) -> Int { zone.secondsFromUTC(at: moment.date) }
}
