import Foundation

/// The terminal, or what stands in its place.
enum Terminal {
    /// Whether a person looks at standard output.
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    /// Columns of the terminal; 100 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }

    /// Writes a line to standard error.
    static func warn(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes text to standard output at once, without a line break of its own.
    static func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
