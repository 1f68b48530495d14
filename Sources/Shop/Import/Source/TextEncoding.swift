/// The character encoding an import file is written in.
///
/// The raw value is what `--encoding` takes on the command line.
public enum TextEncoding: String, Sendable, CaseIterable {
    /// UTF-8, with or without a byte-order mark; checked strictly.
    case utf8 = "utf-8"
    /// ISO 8859-1: each byte is the code point of the same number; converted to UTF-8 while reading.
    case latin1
    /// The Western code page of Windows, in which spreadsheets save CSV: Latin-1 with the euro sign, dashes and curly quotes
    /// in place of control characters.
    case windows1252 = "windows-1252"
}
