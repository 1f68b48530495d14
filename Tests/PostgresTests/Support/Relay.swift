import Foundation
import Glibc
import Synchronization

/// Passes bytes between a port of its own and the real server, until it is told to keep them to itself:
/// a network that is not there yet, or that has gone without a word.
final class Relay: Sendable {
    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let isForwarding = Atomic(true)
    private let heldBack = Atomic(false)
    private let isStopped = Atomic(false)

    init(to target: Int) throws {
        self.target = UInt16(target)
        listener = try LocalSocket.bind()
        port = LocalSocket.port(of: listener)
    }

    /// Whether bytes have come that were not passed on.
    var hasHeldBack: Bool { heldBack.load(ordering: .acquiring) }

    /// Begins to take connections; before, they are refused.
    func start() throws {
        guard listen(listener, 8) == 0 else { throw LocalSocket.Failure(code: errno) }
        let thread = Thread { self.acceptAll() }
        thread.start()
    }

    /// From now on bytes are taken and kept, and new connections get no answer.
    func stopForwarding() {
        isForwarding.store(false, ordering: .releasing)
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptAll() {
        while !isStopped.load(ordering: .acquiring) {
            let client = accept(listener, nil, nil)
            guard client >= 0, let server = try? LocalSocket.connect(port: target) else { return }
            for (from, to) in [(client, server), (server, client)] {
                let thread = Thread { self.pass(from, to) }
                thread.start()
            }
        }
    }

    private func pass(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { break }
            guard isForwarding.load(ordering: .acquiring) else {
                heldBack.store(true, ordering: .releasing)
                continue
            }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
        }
        shutdown(to, Int32(SHUT_RDWR))
    }
}
