/// A key as the screen understands it.
enum Key: Equatable, Sendable {
    case up, down, pageUp, pageDown, home, end, tab, backTab, escape, interrupt
    case character(Character)
}

/// Makes keys of what a terminal sends. A sequence may come in several pieces.
struct KeyParser {
    private var pending: [UInt8] = []

    /// The keys that are complete now.
    mutating func keys(in bytes: some Sequence<UInt8>) -> [Key] {
        pending.append(contentsOf: bytes)
        var keys: [Key] = []
        while let byte = pending.first {
            guard byte == 0x1B else {
                pending.removeFirst()
                switch byte {
                case 0x03: keys.append(.interrupt)
                case 0x09: keys.append(.tab)
                case 0x20..<0x7F: keys.append(.character(Character(Unicode.Scalar(byte))))
                default: break
                }
                continue
            }
            // Terminals send a sequence in one piece, so an escape that stands alone is the key.
            guard pending.count > 1 else {
                pending.removeFirst()
                keys.append(.escape)
                continue
            }
            guard pending[1] == 0x5B || pending[1] == 0x4F else {
                pending.removeFirst()
                keys.append(.escape)
                continue
            }
            guard let end = pending[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
                // A sequence that never ends is none.
                if pending.count > 16 { pending.removeAll() }
                return keys
            }
            let parameters = String(decoding: pending[2..<end], as: UTF8.self)
            if let key = Self.key(final: pending[end], parameters) { keys.append(key) }
            pending.removeSubrange(...end)
        }
        return keys
    }

    private static func key(final: UInt8, _ parameters: String) -> Key? {
        switch (Character(Unicode.Scalar(final)), parameters) {
        case ("A", _): .up
        case ("B", _): .down
        case ("H", _), ("~", "1"), ("~", "7"): .home
        case ("F", _), ("~", "4"), ("~", "8"): .end
        case ("Z", _): .backTab
        case ("~", "5"): .pageUp
        case ("~", "6"): .pageDown
        default: nil
        }
    }
}
