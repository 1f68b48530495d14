public import Postgres

private let findStatement: Statement = """
    SELECT id, state,
        EXISTS (SELECT FROM shop.model_recommendation AS listed WHERE listed.model_id = model.id)
    FROM shop.model WHERE kind = $1 AND version = $2
    """

private let servableStatement: Statement = """
    SELECT model.version FROM shop.model
    WHERE model.kind = $1 AND model.state = 'ready'
        AND EXISTS (SELECT FROM shop.model_recommendation AS listed WHERE listed.model_id = model.id)
    ORDER BY model.version
    """

private let servedStatement: Statement = "SELECT version FROM shop.model WHERE kind = $1 AND served"

private let unserveStatement: Statement = "UPDATE shop.model SET served = false WHERE kind = $1 AND served"

private let serveStatement: Statement =
    "UPDATE shop.model SET served = true, served_at = clock_timestamp() WHERE id = $1"

/// Which model was served before a switch, and which is from then on.
public struct ServedModels: Sendable, Equatable {
    /// Nil when none was.
    public let before: Int?
    /// From the moment of the switch.
    public let now: Int
}

/// Why another model is not served.
public enum ServeModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no such version; with those that could be served.
    case unknown(version: Int, servable: [Int])
    /// Its recommendations are gone, or it was a measurement.
    case hasNoRecommendations(version: Int, servable: [Int])
    /// Nothing is served, so there is nothing to go back from.
    case nothingServed
    /// No earlier version has recommendations.
    case nothingBefore(version: Int)

    /// What happened, and the way out.
    public var description: String {
        switch self {
        case .unknown(let version, let servable):
            "there is no version \(version)  →  \(Self.choice(servable))"
        case .hasNoRecommendations(let version, let servable):
            "version \(version) has no recommendations: it is older than those that keep_models keeps, or was a measurement"
                + "  →  \(Self.choice(servable))"
        case .nothingServed: "no model is served  →  train one: millrace run als-training --wait"
        case .nothingBefore(let version):
            "no version before \(version) has recommendations  →  see which have: millrace model list"
        }
    }

    private static func choice(_ servable: [Int]) -> String {
        servable.isEmpty
            ? "train one: millrace run als-training --wait"
            : "serve one of \(servable.map(String.init).joined(separator: ", "))"
    }
}

extension Transaction {
    /// Serves another version: from the moment of the commit its recommendations are those of everybody.
    ///
    /// - Throws: ``ServeModelError``; nothing is changed then.
    public func serveModel(version: Int) async throws -> ServedModels {
        try await lockModels()
        return try await serve(version: version, kind: .als)
    }

    /// Serves the newest version before the served one that still has its recommendations.
    ///
    /// - Throws: ``ServeModelError``; nothing is changed then.
    public func rollBackModel() async throws -> ServedModels {
        try await lockModels()
        guard let served = try await servedVersion(.als) else { throw ServeModelError.nothingServed }
        guard let before = try await servableVersions(.als).last(where: { $0 < served }) else {
            throw ServeModelError.nothingBefore(version: served)
        }
        return try await serve(version: before, kind: .als)
    }

    fileprivate func serve(version: Int, kind: ModelKind) async throws -> ServedModels {
        guard let row = try await first(findStatement, kind.rawValue, version) else {
            throw ServeModelError.unknown(version: version, servable: try await servableVersions(kind))
        }
        let (id, state, hasRecommendations) = try row.decode(Int64.self, String.self, Bool.self)
        guard state == "ready", hasRecommendations else {
            throw ServeModelError.hasNoRecommendations(version: version, servable: try await servableVersions(kind))
        }
        let before = try await servedVersion(kind)
        try await execute(unserveStatement, kind.rawValue)
        try await execute(serveStatement, id)
        return ServedModels(before: before, now: version)
    }

    fileprivate func servedVersion(_ kind: ModelKind) async throws -> Int? {
        try await first(servedStatement, kind.rawValue).map { try $0[0] }
    }

    fileprivate func servableVersions(_ kind: ModelKind) async throws -> [Int] {
        try await query(servableStatement, kind.rawValue).map { try $0[0] }
    }
}
