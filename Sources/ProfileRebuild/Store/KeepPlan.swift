import Millrace
import Postgres

private let keepStatement: Statement = "INSERT INTO shop.profile_plan (build_id, plan) VALUES ($1, $2)"

private let planStatement: Statement = "SELECT plan FROM shop.profile_plan WHERE build_id = $1"

private let plansStatement: Statement = "SELECT build_id FROM shop.profile_plan ORDER BY build_id"

/// Its staged rows go with it.
private let forgetStatement: Statement = "DELETE FROM shop.profile_plan WHERE build_id = ANY ($1)"

extension Session {
    /// Keeps a plan for the jobs of its build.
    func keep(_ plan: BuildPlan) async throws {
        try await execute(keepStatement, plan.build, try JSONText(encoding: plan))
    }

    /// Reads the plan of a build in progress.
    ///
    /// - Throws: `PermanentFailure` when it is gone.
    func plan(of build: Int64) async throws -> BuildPlan {
        guard let row = try await first(planStatement, build) else {
            throw PermanentFailure(
                "build \(build) was given up, or has ended  →  start a new one: `millrace run profile-rebuild`")
        }
        let plan: JSONText = try row[0]
        return try plan.decode()
    }

    /// Forgets plans with what was staged for them.
    func forgetPlans(_ builds: [Int64]) async throws { try await execute(forgetStatement, builds) }

    /// Builds in progress that will not go on: a job of them failed, was cancelled, or is gone.
    func abandonedPlans() async throws -> [Int64] {
        var abandoned: [Int64] = []
        for row in try await query(plansStatement) {
            let build: Int64 = try row[0]
            var standing = try await standing(of: JobID(build))
            while let successor = standing?.successor { standing = try await self.standing(of: successor) }
            // Succeeded and no successor: ended since the list was read.
            if standing.map({ $0.state.isTerminal && $0.state != .succeeded }) ?? true { abandoned.append(build) }
        }
        return abandoned
    }
}
