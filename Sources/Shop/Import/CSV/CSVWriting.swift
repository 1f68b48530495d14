extension [UInt8] {
    /// Appends a field, quoted where RFC 4180 asks for it.
    mutating func appendCSV(_ field: some Collection<UInt8>) {
        let needsQuotes = field.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else {
            append(contentsOf: field)
            return
        }
        append(UInt8(ascii: "\""))
        for byte in field {
            if byte == 0x22 { append(byte) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a row of fields and a line feed; `nil` is an empty field.
    mutating func appendCSVRow(_ fields: [String?]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            if let field { appendCSV(field.utf8) }
        }
        append(UInt8(ascii: "\n"))
    }
}
