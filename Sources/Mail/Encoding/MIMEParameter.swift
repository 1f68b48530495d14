/// One parameter of a MIME header field, such as `filename="list.csv"`.
///
/// - Source: RFC 2045 §5.1 (plain), RFC 2231 §3 and §4 (long values and other character sets).
enum MIMEParameter {
    private static let sliceLimit = 50

    /// The parameter as one or more pieces without the separating semicolons.
    static func pieces(name: String, value: String) -> [String] {
        if value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), value.utf8.count <= sliceLimit {
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return ["\(name)=\"\(escaped)\""]
        }
        var slices: [String] = [""]
        for scalar in value.unicodeScalars {
            let encoded = percentEncoded(scalar)
            if let last = slices.last, last.utf8.count + encoded.utf8.count > sliceLimit { slices.append("") }
            slices[slices.count - 1] += encoded
        }
        if slices.count == 1 { return ["\(name)*=UTF-8''\(slices[0])"] }
        return slices.enumerated().map { index, slice in
            "\(name)*\(index)*=\(index == 0 ? "UTF-8''" : "")\(slice)"
        }
    }

    private static func percentEncoded(_ scalar: Unicode.Scalar) -> String {
        let isAttributeCharacter =
            scalar.isASCII && (scalar.isASCIILetterOrDigit || "!#$&+-.^_`{|}~".unicodeScalars.contains(scalar))
        if isAttributeCharacter { return String(scalar) }
        return String(scalar).utf8.map { "%\($0.hexadecimal)" }.joined()
    }
}
