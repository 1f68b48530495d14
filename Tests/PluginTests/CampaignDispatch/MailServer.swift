import Foundation
import Mail
import TestSupport
import Testing

/// A running `ops/smtp-server`: a real SMTP server on loopback.
struct MailServer {
    let configuration: SMTPConfiguration
    let folder: URL

    /// Accepted mails in the order of their arrival.
    var mails: [ReceivedMail] {
        get throws {
            let accepted = folder.appending(path: "new")
            return try FileManager.default.contentsOfDirectory(atPath: accepted.path).sorted().map {
                ReceivedMail(text: try String(contentsOf: accepted.appending(path: $0), encoding: .utf8))
            }
        }
    }

    /// Who got mail, sorted, each as often as mail came.
    var recipients: [String] {
        get throws { try mails.map { $0.header("Delivered-To") }.sorted() }
    }
}

/// A mail as it arrived.
struct ReceivedMail {
    let text: String

    /// The value of a header field, unfolded; empty when it is not there.
    func header(_ name: String) -> String {
        let head = text.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(of: "\r\n ", with: " ")
        let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        return line.map { String($0.dropFirst(name.count + 2)) } ?? ""
    }
}

/// Runs the server for the length of the test.
///
/// - Parameters:
///   - port: 0 for a free one.
///   - folder: where accepted mail is kept, to be given to a server that is started again.
nonisolated(nonsending) func withMailServer<Success>(
    port: Int = 0, folder: URL, _ arguments: [String] = [],
    _ test: nonisolated(nonsending) (MailServer) async throws -> Success
) async throws -> Success {
    let portFile = folder.appending(path: "port")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments =
        [mailServerScript, "--port", "\(port)", "--port-file", portFile.path, "--maildir", folder.path] + arguments
    process.standardOutput = FileHandle.nullDevice
    let (exits, exit) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { ended in
        exit.yield(ended.terminationStatus)
        exit.finish()
    }
    try process.run()
    func stop() async {
        process.terminate()
        for await status in exits { #expect(status == 0) }
    }
    do {
        try await eventually("the mail server listens") {
            try #require(process.isRunning, "ops/smtp-server ended  →  apt-get install python3-aiosmtpd")
            return FileManager.default.fileExists(atPath: portFile.path)
        }
        let text = try String(contentsOf: portFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let configuration = SMTPConfiguration(host: "127.0.0.1", port: try #require(Int(text)))
        let success = try await test(MailServer(configuration: configuration, folder: folder))
        await stop()
        return success
    } catch {
        await stop()
        throw error
    }
}

/// A new folder, removed at the end.
nonisolated(nonsending) func withMailFolder<Success>(
    _ test: nonisolated(nonsending) (URL) async throws -> Success
) async throws -> Success {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dispatch-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do {
        let success = try await test(folder)
        try FileManager.default.removeItem(at: folder)
        return success
    } catch {
        try FileManager.default.removeItem(at: folder)
        throw error
    }
}

private let mailServerScript = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "ops/smtp-server").path
