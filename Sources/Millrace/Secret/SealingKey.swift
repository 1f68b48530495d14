internal import Crypto
import Foundation

/// A key of AES-256-GCM (NIST SP 800-38D), with nonces of 96 bits and tags of 128.
struct SealingKey: Sendable {
    static let byteCount = 32, nonceByteCount = 12, tagByteCount = 16

    // The bytes stay inside of this type, which wipes them when it goes.
    private let key: SymmetricKey

    /// nil when there are not exactly 32 bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// 32 bytes of the system's random generator.
    static func randomBytes() -> [UInt8] {
        SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    /// A nonce by the system's random generator: one key may seal 2³² values before two nonces meet with a probability
    /// that matters.
    static func randomNonce() -> [UInt8] {
        Array(AES.GCM.Nonce())
    }

    /// - Returns: the ciphertext, then the tag.
    func seal(_ clear: [UInt8], nonce: [UInt8], authenticating associated: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(clear, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: associated)
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// - Parameter text: the ciphertext, then the tag.
    /// - Throws: when one bit of any parameter, or the key, is another than it was when the text was sealed.
    func open(_ text: [UInt8], nonce: [UInt8], authenticating associated: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.SealedBox(combined: nonce + text)
        return Array(try AES.GCM.open(box, using: key, authenticating: associated))
    }
}
