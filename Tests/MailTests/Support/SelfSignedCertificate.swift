import Foundation
import Testing

/// A certificate and its key, made by openssl for one test.
struct SelfSignedCertificate {
    let certificate: String
    let key: String

    /// - Parameter names: subject alternative names, such as `IP:127.0.0.1`.
    init(in folder: URL, names: String) async throws {
        certificate = folder.appending(path: "cert.pem").path
        key = folder.appending(path: "key.pem").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", key, "-out", certificate, "-subj", "/CN=millrace test", "-addext", "subjectAltName=\(names)",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        try await waitUntil("openssl ends") { !process.isRunning }
        try #require(process.terminationStatus == 0)
    }
}
