import ArgumentParser
import Foundation
import Millrace
import Postgres

/// How a command ends that did not come to its end: one clear message and the right exit code.
struct Failure {
    private let message: String
    private let isHelp: Bool
    private let code: Int32

    init(_ error: any Error) {
        let parserCode = MillraceCommand.exitCode(for: error)
        switch error {
        case let error as ExitCode:
            self.init(message: "", isHelp: false, code: error.rawValue)
        case is CancellationError:
            self.init(message: "", isHelp: false, code: 130)
        case let error as PreparedStatements.Unknown:
            self.init(message: "millrace: \(error)", isHelp: false, code: 2)
        case let error as ConnectionError:
            self.init(message: "millrace: \(error)", isHelp: false, code: 3)
        case let error as PostgresError:
            self.init(message: "millrace: " + Self.text(of: error), isHelp: false, code: 1)
        case _ where parserCode == .success:
            self.init(message: MillraceCommand.fullMessage(for: error), isHelp: true, code: 0)
        case _ where parserCode == .validationFailure:
            self.init(message: MillraceCommand.fullMessage(for: error), isHelp: false, code: 2)
        default:
            self.init(message: "millrace: \(error)", isHelp: false, code: 1)
        }
    }

    private init(message: String, isHelp: Bool, code: Int32) {
        self.message = message
        self.isHelp = isHelp
        self.code = code
    }

    func exit() -> Never {
        if isHelp {
            print(message)
        } else if !message.isEmpty {
            Terminal.warn(message)
        }
        Foundation.exit(code)
    }

    /// The server's words, and the way out where it is known.
    static func text(of error: PostgresError) -> String {
        switch error.sqlState {
        case .undefinedTable, .undefinedFunction, .invalidSchemaName:
            "the database is not migrated to this version (\(error.message))  →  run: millrace migrate"
        case .insufficientPrivilege:
            "the database account may not do that (\(error.message))  →  grant it millrace_worker to work and to operate, "
                + "millrace_producer to enqueue, or millrace_reader to look"
        default:
            error.message + (error.hint.map { "  →  \($0)" } ?? "")
        }
    }
}
