import Foundation

/// A PostgreSQL server of this command's own: its data in a folder, on loopback at a free port and a unix socket.
struct PrivateServer {
    /// Why it could not be started.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// The connection string: the socket, which only this account may enter.
    let url: String
    private let process: Process
    private let claim: FolderClaim

    private static let oldestVersion = 14

    /// Makes the data folder if it is missing, and starts the server.
    static func start(in folder: URL, log: URL) async throws -> PrivateServer {
        let binaries = try findBinaries()
        let account = try Account.unprivileged()
        try makeFolder(folder)
        let data = folder.appendingPathComponent("data")
        let claim = try FolderClaim(folder)
        try await FolderClaim.stopLeftover(in: data)
        let socket = URL(
            fileURLWithPath: "/tmp/millrace-dev-\(UInt64(bitPattern: Int64(folder.path.hashValueOfBytes)))")
        try FileManager.default.createDirectory(
            at: socket, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try account.own([folder, socket])
        if !FileManager.default.fileExists(atPath: data.appendingPathComponent("PG_VERSION").path) {
            try await run(
                account.command(
                    binaries.appendingPathComponent("initdb").path,
                    ["-D", data.path, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]),
                what: "initdb")
        }
        let process = Process()
        let command = account.command(
            binaries.appendingPathComponent("postgres").path,
            ["-D", data.path, "-k", socket.path, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"])
        process.executableURL = URL(fileURLWithPath: command.program)
        process.arguments = command.arguments
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw Problem(description: "\(log.path) cannot be written  →  choose another --folder")
        }
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let server = PrivateServer(
            url: "postgresql://postgres@/postgres?host=\(socket.path)", process: process, claim: claim)
        do {
            try await server.waitUntilReady(
                pgIsReady: binaries.appendingPathComponent("pg_isready").path, socket: socket, log: log)
        } catch {
            server.stop()
            throw error
        }
        return server
    }

    /// Makes a folder for the server, and those above it, where they are missing.
    static func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Problem(
                description:
                    "the folder \(folder.path) cannot be made: \(error.localizedDescription)  →  choose another --folder, "
                    + "or correct the rights of the one above it")
        }
    }

    /// Ends it by its process id; open connections are cut.
    func stop() {
        guard process.isRunning else { return }
        process.interrupt()
        process.waitUntilExit()
    }

    private func waitUntilReady(pgIsReady: String, socket: URL, log: URL) async throws {
        let start = ContinuousClock.now
        while start.duration(to: .now) < .seconds(60) {
            guard process.isRunning else {
                throw Problem(description: "PostgreSQL did not start  →  its reasons are in \(log.path)")
            }
            let probe = Process()
            probe.executableURL = URL(fileURLWithPath: pgIsReady)
            probe.arguments = ["-q", "-h", socket.path]
            try probe.run()
            probe.waitUntilExit()
            if probe.terminationStatus == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Problem(description: "PostgreSQL was not ready after a minute  →  see \(log.path)")
    }

    private static func run(_ command: (program: String, arguments: [String]), what: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command.program)
        process.arguments = command.arguments
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Problem(description: "\(what) failed: \(text.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
    }

    /// The newest PostgreSQL that Debian's packages have put in place, or the one of the PATH.
    private static func findBinaries() throws -> URL {
        let root = "/usr/lib/postgresql"
        let packages =
            FileManager.default.fileExists(atPath: root)
            ? try FileManager.default.contentsOfDirectory(atPath: root) : []
        let versions = packages.compactMap { Int($0) }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let folders = versions.filter { $0 >= oldestVersion }.sorted(by: >).map { "\(root)/\($0)/bin" } + path
        guard let found = folders.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/postgres") })
        else {
            throw Problem(
                description:
                    "no PostgreSQL server \(oldestVersion) or newer is installed  →  apt-get install postgresql-15, or "
                    + "set DATABASE_URL to use a server that runs already")
        }
        return URL(fileURLWithPath: found)
    }
}

/// Who the server runs as: PostgreSQL refuses to run as root.
private struct Account {
    /// nil for the account of this process.
    let other: (user: uid_t, group: gid_t)?

    static func unprivileged() throws -> Account {
        guard geteuid() == 0 else { return Account(other: nil) }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return Account(other: (entry.pointee.pw_uid, entry.pointee.pw_gid)) }
        }
        throw PrivateServer.Problem(
            description:
                "PostgreSQL does not run as root, and there is no account postgres or nobody  →  run as another user")
    }

    func own(_ folders: [URL]) throws {
        guard let other else { return }
        for folder in folders where chown(folder.path, other.user, other.group) != 0 {
            throw PrivateServer.Problem(
                description: "\(folder.path) cannot be given to another account: \(String(cString: strerror(errno)))")
        }
    }

    func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        guard let other else { return (program, arguments) }
        return (
            "/usr/bin/setpriv",
            ["--reuid=\(other.user)", "--regid=\(other.group)", "--clear-groups", "--", program] + arguments
        )
    }
}

extension String {
    /// The same for the same text in every process, unlike `hashValue` (FNV-1a).
    fileprivate var hashValueOfBytes: Int {
        Int(
            truncatingIfNeeded: utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
            } >> 24)
    }
}
