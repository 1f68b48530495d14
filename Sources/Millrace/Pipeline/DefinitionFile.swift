import Foundation

/// A file with the definition of one pipeline.
public struct DefinitionFile: Sendable, Hashable {
    /// The file, as it was named.
    public let path: String
    /// The text in it.
    public let text: String
    /// The pipeline that it defines.
    public let definition: PipelineDefinition

    private let lines: [ValuePath: Int]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file; messages name it like this.
    ///   - plugins: what is known of plugins, to check steps and arguments against; nil leaves them unchecked.
    /// - Throws: ``DefinitionErrors`` with all that is wrong.
    public static func load(
        path: String, plugins: [PluginDescription]? = nil
    ) throws(DefinitionErrors) -> DefinitionFile {
        let draft = DefinitionDraft(path: path, plugins: plugins)
        guard let file = draft.file else { throw DefinitionErrors(errors: draft.errors) }
        return file
    }

    /// Reads all files of a folder whose names end in `.yaml` or `.yml`, in the order of their names; folders inside and
    /// files whose names begin with a dot are passed by.
    ///
    /// - Parameters:
    ///   - directory: the folder; messages name files below it.
    ///   - plugins: what is known of plugins, to check steps and arguments against; nil leaves them unchecked.
    /// - Throws: ``DefinitionErrors`` with all that is wrong in all the files, also pipelines of the same name.
    public static func load(
        directory: String, plugins: [PluginDescription]? = nil
    ) throws(DefinitionErrors) -> [DefinitionFile] {
        try load(paths: [directory], plugins: plugins)
    }

    /// Reads files, and of folders all that ``load(directory:plugins:)`` reads.
    ///
    /// - Throws: ``DefinitionErrors`` with all that is wrong in all of them, also pipelines of the same name.
    public static func load(
        paths: [String], plugins: [PluginDescription]? = nil
    ) throws(DefinitionErrors) -> [DefinitionFile] {
        var errors: [DefinitionError] = []
        var drafts: [DefinitionDraft] = []
        for path in paths {
            do {
                drafts += try DefinitionDraft.files(at: path).map { DefinitionDraft(path: $0, plugins: plugins) }
            } catch {
                errors.append(error)
            }
        }
        var known: [String: DefinitionDraft] = [:]
        for draft in drafts {
            var found = draft.errors
            if let name = draft.name, let first = known[name] {
                let problem = DefinitionError.Problem.duplicatePipeline(
                    name, file: first.path, line: first.line(of: ValuePath("pipeline")))
                found.append(draft.error(problem, at: ValuePath("pipeline")))
            } else if let name = draft.name {
                known[name] = draft
            }
            errors += found.inOrder
        }
        guard errors.isEmpty else { throw DefinitionErrors(errors: errors) }
        return drafts.compactMap(\.file)
    }

    /// Checks the steps and their arguments against what is known of plugins.
    ///
    /// - Throws: ``DefinitionErrors`` with all that is wrong.
    public func validate(against plugins: [PluginDescription]) throws(DefinitionErrors) {
        let check = PipelineCheck(definition, plugins: plugins, parameters: Set(definition.parameters.keys))
        let errors = check.problems.map { place, problem in
            DefinitionError(file: path, line: lines.line(of: place), key: place.description, problem: problem)
        }
        guard errors.isEmpty else { throw DefinitionErrors(errors: errors.inOrder) }
    }

    init(path: String, text: String, definition: PipelineDefinition, lines: [ValuePath: Int]) {
        self.path = path
        self.text = text
        self.definition = definition
        self.lines = lines
    }
}
