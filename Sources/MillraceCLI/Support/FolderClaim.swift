import Foundation

/// The right to run a server in a folder: a lock that the kernel takes back when this process ends, however it ends.
struct FolderClaim {
    private let file: FileHandle

    /// Takes the folder.
    ///
    /// - Throws: ``PrivateServer/Problem`` when another process has it.
    init(_ folder: URL) throws {
        let path = folder.appendingPathComponent("lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw PrivateServer.Problem(
                description:
                    "\(path) cannot be written: \(String(cString: strerror(errno)))  →  choose another --folder")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw PrivateServer.Problem(
                description:
                    "another `millrace dev` runs in \(folder.path)  →  end it, work with it by its DATABASE_URL, or choose "
                    + "another --folder")
        }
    }

    /// Ends a server that a killed `millrace dev` has left running on these data. To be called with the folder taken.
    static func stopLeftover(in data: URL) async throws {
        let pidFile = data.appendingPathComponent("postmaster.pid").path
        guard FileManager.default.fileExists(atPath: pidFile) else { return }
        let lines = try String(contentsOfFile: pidFile, encoding: .utf8).split(separator: "\n")
        guard let pid = lines.first.flatMap({ pid_t($0) }), isServer(pid, on: data) else { return }
        kill(pid, SIGINT)
        let start = ContinuousClock.now
        while isServer(pid, on: data) {
            guard start.duration(to: .now) < .seconds(30) else {
                throw PrivateServer.Problem(
                    description: "a server of an earlier run does not stop  →  look at process \(pid), then try again")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Whether the process works in that data folder, as PostgreSQL's does; a number alone may belong to another one by now.
    private static func isServer(_ pid: pid_t, on data: URL) -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
        let folder = URL(fileURLWithPath: "/proc/\(pid)/cwd").resolvingSymlinksInPath().path
        return folder == data.resolvingSymlinksInPath().path
    }
}
