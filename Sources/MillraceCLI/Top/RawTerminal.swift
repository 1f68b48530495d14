import Foundation
import Synchronization

/// The terminal while a program has it to itself: the other screen, no echo, each key at once.
final class RawTerminal: Sendable {
    private let before: termios
    private let isRestored = Mutex(false)

    /// Takes the terminal over.
    ///
    /// - Throws: `POSIXError` when standard input is none.
    init() throws {
        var now = termios()
        guard tcgetattr(STDIN_FILENO, &now) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .ENOTTY) }
        before = now
        now.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        now.c_iflag &= ~tcflag_t(IXON | ICRNL)
        withUnsafeMutableBytes(of: &now.c_cc) { bytes in
            bytes[Int(VMIN)] = 1
            bytes[Int(VTIME)] = 0
        }
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &now) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .ENOTTY) }
        try Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    /// Gives the terminal back as it was. A second time does nothing.
    func restore() {
        let wasRestored = isRestored.withLock { restored in
            defer { restored = true }
            return restored
        }
        guard !wasRestored else { return }
        do {
            try Self.write("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
        } catch {
            // Nobody is there any more to see it; the modes are put back all the same.
        }
        var modes = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes)
    }

    deinit { restore() }

    /// Columns and lines; 80 and 24 where the terminal does not know.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws a whole screen, in place, so that nothing flickers.
    func draw(_ lines: [ScreenLine]) throws {
        try Self.write("\u{1B}[H" + lines.map { $0.drawn + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    /// Reads keys on a thread of its own until the input ends.
    func readKeys(_ body: @escaping @Sendable ([Key]) -> Void, atEnd: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            var parser = KeyParser()
            var bytes = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                body(parser.keys(in: bytes[..<count]))
            }
            atEnd()
        }
    }

    private static func write(_ text: String) throws {
        var rest = ArraySlice(text.utf8)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            rest = rest.dropFirst(count)
        }
    }
}
