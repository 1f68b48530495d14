public import Foundation

extension Keyring {
    /// Reads the keys that the environment names: `MILLRACE_KEYS` (`id:key,id2:key2`), or the file of
    /// `MILLRACE_KEY_FILE`. A variable that is empty counts as not set.
    ///
    /// - Parameter environment: this process's own unless said otherwise.
    /// - Returns: nil when neither is set.
    /// - Throws: ``KeyringError``; also when both are set.
    public static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(KeyringError) -> Keyring? {
        let list = environment["MILLRACE_KEYS"] ?? ""
        let path = environment["MILLRACE_KEY_FILE"] ?? ""
        switch (list.isEmpty, path.isEmpty) {
        case (true, true): return nil
        case (false, true): return try Keyring(list: list, source: "MILLRACE_KEYS")
        case (true, false): return try Keyring(file: path)
        case (false, false):
            throw KeyringError(source: "MILLRACE_KEYS and MILLRACE_KEY_FILE", problem: .twoSources)
        }
    }

    /// Reads keys from a file: one `id:key` a line, the first is current; what follows `#` is a comment.
    ///
    /// - Parameter path: a file that only its owner can read and write.
    /// - Throws: ``KeyringError``
    public init(file path: String) throws(KeyringError) {
        var entries: [KeyringEntry] = []
        // Characters, not bytes: a line may end in a carriage return and a line feed, which are one character.
        for (index, line) in try keyFileText(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let entry = line.prefix { $0 != "#" }
            guard !entry.allSatisfy(\.isWhitespace) else { continue }
            entries.append(KeyringEntry(place: "\(path):\(index + 1)", text: String(entry)))
        }
        try self.init(entries, source: path)
    }
}

private let largestKeyFile = 64 * 1024

/// The text of a file that only its owner can read and write.
private func keyFileText(_ path: String) throws(KeyringError) -> String {
    func refuse(_ problem: KeyringError.Problem) -> KeyringError { KeyringError(source: path, problem: problem) }

    // Without O_NONBLOCK a pipe would be waited for before it can be refused.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw refuse(.unreadable(String(cString: strerror(errno)))) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // Of the open file and not of its name, which could lead elsewhere by now.
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0 else {
        throw refuse(.unreadable(String(cString: strerror(errno))))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw refuse(.notAFile) }
    let rights = status.st_mode & 0o777
    guard rights & 0o066 == 0 else { throw refuse(.openToOthers(rights: String(rights, radix: 8))) }

    let data: Data
    do {
        data = try handle.read(upToCount: largestKeyFile + 1) ?? Data()
    } catch {
        throw refuse(.unreadable(error.localizedDescription))
    }
    guard data.count <= largestKeyFile else { throw refuse(.tooLarge) }
    guard let text = String(validating: data, as: UTF8.self) else { throw refuse(.unreadable("it is no UTF-8")) }
    return text
}
