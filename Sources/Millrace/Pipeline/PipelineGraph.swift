/// Steps that cannot run because of what they wait for.
public enum PipelineGraphError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A step waits for one that is not there.
    case unknownStep(String, neededBy: String)
    /// Steps wait for each other: each for the next one, and the last for the first.
    case cycle([String])

    /// What happened, and the way out.
    public var description: String {
        switch self {
        case .unknownStep(let name, let step):
            "step \(step) waits for \(name), which is no step of the pipeline  →  correct its needs"
        case .cycle(let steps):
            "\(Self.sentence(steps))  →  take one of these needs out"
        }
    }

    static func sentence(_ cycle: [String]) -> String {
        guard cycle.count > 1 else { return "\(cycle.first ?? "") waits for itself" }
        return zip(cycle, cycle.dropFirst() + cycle.prefix(1))
            .map { "\($0) waits for \($1)" }.joined(separator: ", ")
    }
}

/// The steps of a pipeline in the order in which they can run.
public struct PipelineGraph: Sendable, Hashable, CustomStringConvertible {
    /// The names of the steps by level: those of the first wait for nothing, those of every later one for at least one of
    /// the level before. Inside a level they are in the order of the definition.
    public let layers: [[String]]

    private let steps: [PipelineStep]

    /// Puts the steps of a pipeline in order.
    ///
    /// - Throws: ``PipelineGraphError`` when a step waits for one that is not there, or steps wait for each other.
    public init(_ definition: PipelineDefinition) throws(PipelineGraphError) {
        let names = Set(definition.steps.map(\.name))
        for step in definition.steps {
            if let need = step.needs.first(where: { !names.contains($0.step) }) {
                throw .unknownStep(need.step, neededBy: step.name)
            }
        }
        if let cycle = Self.cycles(in: definition.steps).first { throw .cycle(cycle) }
        steps = definition.steps
        layers = Self.peel(definition.steps).layers
    }

    /// The graph as text: a line for each step with its level, its work, and what it waits for.
    ///
    /// ```text
    /// 1  profiles  profile-rebuild
    ///    train     als-training
    /// 2  content   content-batch      ← profiles, train
    /// 3  dispatch  campaign-dispatch  ← content
    /// ```
    public var description: String {
        let nameWidth = steps.map(\.name.count).max() ?? 0
        let workWidth = steps.map(\.work.description.count).max() ?? 0
        let levelWidth = String(layers.count).count
        let byName = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
        var lines: [String] = []
        for (level, layer) in layers.enumerated() {
            for (index, step) in layer.compactMap({ byName[$0] }).enumerated() {
                let number = index == 0 ? String(level + 1) : ""
                let needs = step.needs.map { need in
                    need.onFailure == .stop ? need.step : "\(need.step) (\(need.onFailure.rawValue))"
                }
                var line = number.padded(to: levelWidth) + "  " + step.name.padded(to: nameWidth) + "  "
                line +=
                    needs.isEmpty
                    ? step.work.description
                    : step.work.description.padded(to: workWidth) + "  ← " + needs.joined(separator: ", ")
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Takes away, level by level, the steps whose needs are all taken away; needs outside of `steps` do not count.
    private static func peel(_ steps: [PipelineStep]) -> (layers: [[String]], rest: [PipelineStep]) {
        var layers: [[String]] = []
        var rest = steps
        while true {
            let waiting = Set(rest.map(\.name))
            let free = rest.filter { step in !step.needs.contains { waiting.contains($0.step) } }
            guard !free.isEmpty else { return (layers, rest) }
            layers.append(free.map(\.name))
            let taken = Set(layers[layers.count - 1])
            rest.removeAll { taken.contains($0.name) }
        }
    }

    /// The names of all that a step waits for, directly or through other steps; also of those that are not in `steps`.
    static func steps(before step: PipelineStep, in steps: [PipelineStep]) -> Set<String> {
        let byName = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
        var found: Set<String> = []
        var open = step.needs.map(\.step)
        while let name = open.popLast() {
            guard found.insert(name).inserted else { continue }
            open += byName[name]?.needs.map(\.step) ?? []
        }
        return found
    }

    /// Circles of steps that wait for each other, none of them sharing a step; each begins with its first step in the
    /// order of the definition.
    static func cycles(in steps: [PipelineStep]) -> [[String]] {
        var cycles: [[String]] = []
        var rest = peel(steps).rest
        while let first = rest.first {
            let byName = Dictionary(rest.map { ($0.name, $0) }) { first, _ in first }
            // Every step that is left waits for one that is left, so the walk comes back to where it was before.
            var walk = [first]
            var cycle: [String] = []
            while cycle.isEmpty {
                guard let next = walk[walk.count - 1].needs.lazy.compactMap({ byName[$0.step] }).first else {
                    return cycles
                }
                if let start = walk.firstIndex(where: { $0.name == next.name }) {
                    cycle = walk[start...].map(\.name)
                } else {
                    walk.append(next)
                }
            }
            let members = Set(cycle)
            if let leader = rest.first(where: { members.contains($0.name) })?.name,
                let turn = cycle.firstIndex(of: leader)
            {
                cycle = Array(cycle[turn...] + cycle[..<turn])
            }
            cycles.append(cycle)
            rest = peel(rest.filter { !members.contains($0.name) }).rest
        }
        return cycles
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
