import Foundation

/// What could be made out of a definition file, and all that is wrong with it.
struct DefinitionDraft {
    let path: String
    /// The file's definition; nil when anything is wrong with it.
    private(set) var file: DefinitionFile?
    /// In the order of lines.
    private(set) var errors: [DefinitionError] = []
    /// The pipeline's name, also when something else is wrong.
    private(set) var name: String?
    private var lines: [ValuePath: Int] = [:]

    /// A definition of more bytes than this is none.
    private static let byteLimit = 1 << 20

    init(path: String, plugins: [PluginDescription]?) {
        self.init(path: path, content: Self.bytes(of: path), plugins: plugins)
    }

    init(path: String, bytes: [UInt8], plugins: [PluginDescription]?) {
        self.init(path: path, content: .success(bytes), plugins: plugins)
    }

    private init(path: String, content: Result<[UInt8], DefinitionError>, plugins: [PluginDescription]?) {
        self.path = path
        switch content {
        case .success(let bytes): read(bytes, plugins: plugins)
        case .failure(let error): errors = [error]
        }
        errors = errors.inOrder
    }

    private mutating func read(_ bytes: [UInt8], plugins: [PluginDescription]?) {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard bytes.count <= Self.byteLimit else {
            errors = [DefinitionError(file: path, line: 1, key: "", problem: .tooLarge)]
            return
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let valid = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
                .prefix { String(validating: $0, as: UTF8.self) != nil }
            errors = [DefinitionError(file: path, line: valid.count + 1, key: "", problem: .notUTF8)]
            return
        }
        read(text, plugins: plugins)
    }

    private mutating func read(_ text: String, plugins: [PluginDescription]?) {
        let document = YAMLDocument(text)
        lines = document.lines
        errors += document.findings.map {
            DefinitionError(file: path, line: $0.line, key: $0.path.description, problem: $0.problem)
        }
        guard let root = document.root else { return }
        let reader = DefinitionReader(root)
        name = reader.name
        let stepNames = lines.keys.filter { $0.components.count == 2 && $0.components[0] == "steps" }
            .map { $0.components[1] }
        let definition = PipelineDefinition(
            name: name ?? "", namespace: reader.namespace, parameters: reader.parameters, deadline: reader.deadline,
            steps: reader.steps, schedule: reader.schedule)
        let check = PipelineCheck(
            definition, plugins: plugins, parameters: reader.parameterNames, others: stepNames)
        errors += (reader.problems + check.problems).map { error($0.problem, at: $0.path) }
        guard errors.isEmpty else { return }
        file = DefinitionFile(path: path, text: text, definition: definition, lines: lines)
    }

    func line(of place: ValuePath) -> Int { lines.line(of: place) }

    func error(_ problem: DefinitionError.Problem, at place: ValuePath) -> DefinitionError {
        DefinitionError(file: path, line: line(of: place), key: place.description, problem: problem)
    }

    // MARK: Files

    /// The file itself, or the definitions in the folder.
    static func files(at path: String) throws(DefinitionError) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw unreadable(path, error)
        }
        let definitions = names.filter { name in
            !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
        }
        guard !definitions.isEmpty else {
            throw DefinitionError(file: path, line: nil, key: "", problem: .emptyFolder)
        }
        return definitions.sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private static func bytes(of path: String) -> Result<[UInt8], DefinitionError> {
        do {
            return .success(try [UInt8](Data(contentsOf: URL(filePath: path))))
        } catch {
            return .failure(unreadable(path, error))
        }
    }

    private static func unreadable(_ path: String, _ error: any Error) -> DefinitionError {
        let (reason, wayOut) =
            switch (error as? CocoaError)?.code {
            case .fileReadNoSuchFile?: ("there is no such file", "check the path")
            case .fileReadNoPermission?: ("it may not be read", "give this user the right to read it")
            default: ("it cannot be read (\(error.localizedDescription))", "check that it is a file with a definition")
            }
        return DefinitionError(file: path, line: nil, key: "", problem: .unreadable(reason: reason, wayOut: wayOut))
    }
}

extension [ValuePath: Int] {
    /// The line of a key, or of what it would stand in; 1 for the whole.
    func line(of place: ValuePath) -> Int {
        var place = place
        while true {
            if let line = self[place] { return line }
            guard let parent = place.parent else { return 1 }
            place = parent
        }
    }
}

extension [DefinitionError] {
    /// By line, and on a line by key.
    var inOrder: [DefinitionError] {
        sorted { ($0.line ?? 0, $0.key) < ($1.line ?? 0, $1.key) }
    }
}
