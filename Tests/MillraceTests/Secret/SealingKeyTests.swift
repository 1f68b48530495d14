import Testing

@testable import Millrace

/// Published values of AES-256-GCM with associated data and a nonce of 96 bits.
private struct Vector: CustomTestStringConvertible {
    let source: String
    let key: String, nonce: String, clear: String, associated: String, text: String, tag: String

    var testDescription: String { source }
}

private let vectors = [
    Vector(
        source: "NIST CAVP, gcmEncryptExtIV256.rsp, 128 bits of text and of associated data, count 0",
        key: "92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b", nonce: "ac93a1a6145299bde902f21a",
        clear: "2d71bcfa914e4ac045b2aa60955fad24", associated: "1e0889016f67601c8ebea4943bc23ad6",
        text: "8995ae2e6df3dbf96fac7b7137bae67f", tag: "eca5aa77d51d4a0a14d9c51e1da474ab"),
    Vector(
        source: "McGrew and Viega, The Galois/Counter Mode of Operation, submission to NIST, test case 16",
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
        clear: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        text: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
]

@Suite struct SealingKeyTests {
    @Test("seals and opens published vectors", arguments: vectors)
    private func published(vector: Vector) throws {
        let key = try #require(SealingKey(bytes(vector.key)))
        let sealed = try key.seal(
            bytes(vector.clear), nonce: bytes(vector.nonce), authenticating: bytes(vector.associated))
        #expect(sealed == bytes(vector.text + vector.tag))
        let opened = try key.open(sealed, nonce: bytes(vector.nonce), authenticating: bytes(vector.associated))
        #expect(opened == bytes(vector.clear))
    }

    @Test("no bit of the key, the nonce, the text, the tag or the associated data can be another")
    func everyBit() throws {
        let vector = vectors[0]
        let parts = [vector.key, vector.nonce, vector.text + vector.tag, vector.associated].map(bytes)
        for (part, content) in parts.enumerated() {
            for bit in 0..<(content.count * 8) {
                var changed = parts
                changed[part][bit / 8] ^= 1 << (bit % 8)
                let key = try #require(SealingKey(changed[0]))
                #expect(throws: (any Error).self, "part \(part), bit \(bit)") {
                    try key.open(changed[2], nonce: changed[1], authenticating: changed[3])
                }
            }
        }
    }

    @Test("a key has 32 bytes")
    func length() {
        for count in [0, 16, 24, 31, 33, 64] { #expect(SealingKey([UInt8](repeating: 1, count: count)) == nil) }
        #expect(SealingKey.randomBytes().count == 32)
        #expect(SealingKey.randomBytes() != SealingKey.randomBytes())
    }

    @Test("a nonce has 96 bits and is a new one each time")
    func nonces() {
        let nonces = (0..<1000).map { _ in SealingKey.randomNonce() }
        #expect(nonces.allSatisfy { $0.count == 12 })
        #expect(Set(nonces).count == 1000)
    }

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }
}
