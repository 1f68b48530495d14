import Foundation

extension JobRequest {
    /// The request without its arguments as `millrace.insert_jobs` reads it, a JSON object.
    ///
    /// - Throws: `EncodingError`.
    func head() throws -> String {
        guard isPlain else { return String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
        // Most requests have nothing else, and an encoder takes longer for them than the server does.
        var text = "{\"plugin\":"
        text += try Self.quoted(plugin)
        if let queue { text += ",\"queue\":" + (try Self.quoted(queue)) }
        text += ",\"priority\":\(priority)"
        if let argumentsVersion { text += ",\"args_version\":\(argumentsVersion)" }
        if let maxAttempts { text += ",\"max_attempts\":\(maxAttempts)" }
        if let timeout { text += ",\"timeout_ms\":\(timeout.wholeMilliseconds)" }
        if let backoff {
            text += ",\"backoff_base_ms\":\(backoff.base.wholeMilliseconds)"
            text += ",\"backoff_cap_ms\":\(backoff.cap.wholeMilliseconds)"
        }
        return text + "}"
    }

    /// Whether it has nothing that only some requests have.
    var isPlain: Bool {
        runAt == nil && delay == nil && tags.isEmpty && key == nil && needs.isEmpty && parents.isEmpty
            && onFailure.isEmpty && logicalTime == nil && unique == nil && deadline == nil && expiry == nil
            && weight == 1
            && keys.isEmpty && trace == nil
    }

    private static func quoted(_ text: String) throws -> String {
        let isSafe = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        return isSafe ? "\"\(text)\"" : String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }
}
