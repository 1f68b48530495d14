/// Numbers distinct byte strings 0, 1, 2 … in the order in which they are first seen.
///
/// Open addressing with linear probing; hash FNV-1a over 8 bytes at a time. One `String` per distinct value, none per
/// look-up.
struct ByteInterner: Sendable {
    /// The distinct values, by number.
    private(set) var values: [String] = []
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    private var hashes: [UInt64] = []
    /// Numbers, −1 where free; the count is a power of two.
    private var slots: [Int32] = Array(repeating: -1, count: 1024)

    var count: Int { values.count }

    /// The number of these bytes, new or known.
    mutating func number(of key: UnsafeBufferPointer<UInt8>) -> Int {
        let hash = Self.hash(key)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, isEqual(key, to: number) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = values.count
        slots[slot] = Int32(number)
        values.append(String(decoding: key, as: UTF8.self))
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        hashes.append(hash)
        if values.count * 2 > slots.count { grow() }
        return number
    }

    private func isEqual(_ key: UnsafeBufferPointer<UInt8>, to number: Int) -> Bool {
        let start = ends[number]
        guard ends[number + 1] - start == key.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for index in 0..<key.count where bytes[start + index] != key[index] { return false }
            return true
        }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let prime: UInt64 = 0x0000_0100_0000_01B3
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var rest = UnsafeRawBufferPointer(key)[...]
        while rest.count >= 8 {
            hash = (hash ^ rest.loadUnaligned(as: UInt64.self)) &* prime
            hash ^= hash >> 32
            rest = rest.dropFirst(8)
        }
        for byte in rest { hash = (hash ^ UInt64(byte)) &* prime }
        return hash ^ hash >> 29
    }
}
