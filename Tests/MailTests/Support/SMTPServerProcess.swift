import Foundation
import Mail
import Testing

/// A running `ops/smtp-server`.
struct SMTPServerProcess {
    let port: Int
    let maildir: URL

    /// `smtp://` URL of the server with the given query.
    func configuration(
        _ query: String = "", scheme: String = "smtp", login: String = "", host: String = "127.0.0.1"
    ) throws -> SMTPConfiguration {
        try SMTPConfiguration(url: "\(scheme)://\(login)\(host):\(port)\(query)", environment: [:])
    }

    /// Accepted messages in the order of arrival.
    var messages: [[UInt8]] {
        get throws {
            let folder = maildir.appending(path: "new")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
                Array(try Data(contentsOf: folder.appending(path: $0)))
            }
        }
    }
}

/// Starts `ops/smtp-server` on a free port, and stops it with SIGTERM; it must then end with status 0.
nonisolated(nonsending) func withSMTPServer(
    _ arguments: [String] = [], environment: [String: String] = [:],
    _ test: nonisolated(nonsending) (SMTPServerProcess) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let maildir = folder.appending(path: "mail")
        let portFile = folder.appending(path: "port")
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments =
            [smtpServerScript, "--port", "0", "--port-file", portFile.path, "--maildir", maildir.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        do {
            try await waitUntil("ops/smtp-server listens") {
                if !process.isRunning { throw ServerDidNotStart(output: try String(contentsOf: log, encoding: .utf8)) }
                return FileManager.default.fileExists(atPath: portFile.path)
            }
            let text = try String(contentsOf: portFile, encoding: .utf8)
            let port = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await test(SMTPServerProcess(port: port, maildir: maildir))
        } catch {
            try await stop(process)
            throw error
        }
        try await stop(process)
        let output = try String(contentsOf: log, encoding: .utf8)
        #expect(process.terminationStatus == 0, "\(output)")
    }
}

nonisolated(nonsending) private func stop(_ process: Process) async throws {
    process.terminate()
    do {
        try await waitUntil("ops/smtp-server ends on SIGTERM") { !process.isRunning }
    } catch {
        kill(process.processIdentifier, SIGKILL)
        throw error
    }
}

/// The script, from this file's place in the checkout.
let smtpServerScript = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "ops/smtp-server").path

struct ServerDidNotStart: Error, CustomStringConvertible {
    let output: String
    var description: String { "ops/smtp-server did not start: \(output) → apt-get install python3-aiosmtpd" }
}
