import Foundation
import Synchronization
import TestSupport

/// A terminal that a test looks at and types into.
final class PseudoTerminal: Sendable {
    private let master: Int32
    private let slave: Int32
    private let received = Mutex<[UInt8]>([])

    init(width: UInt16, height: UInt16) throws {
        var (master, slave): (Int32, Int32) = (-1, -1)
        guard openpty(&master, &slave, nil, nil, nil) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        (self.master, self.slave) = (master, slave)
        resize(width: width, height: height)
        Thread.detachNewThread { [master] in
            var bytes = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(master, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                let piece = bytes[..<count]
                self.received.withLock { $0.append(contentsOf: piece) }
            }
        }
    }

    /// Runs the command line in it.
    func run(_ arguments: [String], on database: TestDatabase) throws -> Process {
        let process = Process()
        process.executableURL = Command.binary
        process.arguments = arguments
        process.environment = Command.environment(adding: ["DATABASE_URL": try database.url, "TERM": "xterm"])
        let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        return process
    }

    /// All that was written to it.
    var output: String { received.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Forgets what was written so far.
    func clear() { received.withLock { $0.removeAll() } }

    /// Types.
    func type(_ text: String) {
        var bytes = Array(text.utf8)
        _ = write(master, &bytes, bytes.count)
    }

    /// Gives it another size; whoever runs in it has to be told by SIGWINCH.
    func resize(width: UInt16, height: UInt16) {
        var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// How it treats what is typed.
    var modes: Modes {
        var modes = termios()
        tcgetattr(slave, &modes)
        return Modes(
            local: modes.c_lflag, input: modes.c_iflag, output: modes.c_oflag, control: modes.c_cflag,
            characters: withUnsafeBytes(of: modes.c_cc) { Array($0) })
    }

    /// Comparable, as termios is not.
    struct Modes: Equatable {
        let local: tcflag_t, input: tcflag_t, output: tcflag_t, control: tcflag_t
        let characters: [UInt8]

        /// Whether what is typed appears by itself.
        var echoes: Bool { local & tcflag_t(ECHO) != 0 }
    }
}
