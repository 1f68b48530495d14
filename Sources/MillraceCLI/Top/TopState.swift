import Millrace

/// A list of the screen.
enum TopPane: CaseIterable {
    case queues, running, workers, failures, runs
}

extension Activity {
    /// What tells the rows of a pane apart, in their order.
    func keys(of pane: TopPane) -> [String] {
        switch pane {
        case .queues: queues.map(\.name)
        case .running: running.map { "\($0.id)" }
        case .workers: workers.map { "\($0.host) \($0.name)" }
        case .failures: failures.map { "\($0.id) \($0.attempt)" }
        case .runs: runs.map { "\($0.id)" }
        }
    }
}

/// What the person at the screen has chosen, and how keys change it. Knows neither terminal nor database.
struct TopState: Equatable {
    /// Something that is done after a y.
    enum Action: Equatable {
        case pause(queue: String), resume(queue: String), cancel(JobID)

        var question: String {
            switch self {
            case .pause(let queue): "pause queue \(queue), so that none of its jobs is claimed?"
            case .resume(let queue): "resume queue \(queue)?"
            case .cancel(let job): "cancel job \(job)?"
            }
        }
    }

    /// What a key leads to.
    enum Reaction: Equatable {
        case none, leave, perform(Action)
    }

    var pane = TopPane.running
    var question: Action?
    var notice: String?
    var showsHelp = false
    private var selected: [TopPane: Int] = [:]
    private var keys: [TopPane: String] = [:]

    /// The selected row of a pane.
    func selection(in pane: TopPane) -> Int { selected[pane] ?? 0 }

    /// Keeps the same rows selected when others come and go.
    mutating func follow(_ activity: Activity) {
        for pane in TopPane.allCases {
            let present = activity.keys(of: pane)
            let place = keys[pane].flatMap { present.firstIndex(of: $0) } ?? selection(in: pane)
            select(place, in: pane, of: present)
        }
    }

    /// Takes a key.
    mutating func press(_ key: Key, _ activity: Activity) -> Reaction {
        if key == .interrupt { return .leave }
        if let asked = question {
            question = nil
            guard key == .character("y") else {
                notice = "nothing was changed"
                return .none
            }
            return .perform(asked)
        }
        notice = nil
        if showsHelp {
            showsHelp = false
            return key == .character("q") ? .leave : .none
        }
        let page = 10
        switch key {
        case .character("q"): return .leave
        case .character("?"): showsHelp = true
        case .tab: turn(by: 1)
        case .backTab: turn(by: -1)
        case .up, .character("k"): move(by: -1, activity)
        case .down, .character("j"): move(by: 1, activity)
        case .pageUp: move(by: -page, activity)
        case .pageDown: move(by: page, activity)
        case .home, .character("g"): move(by: -Activity.most, activity)
        case .end, .character("G"): move(by: Activity.most, activity)
        case .character("p"): askForQueue(activity)
        case .character("c"): askForJob(activity)
        case .interrupt, .escape, .character: break
        }
        return .none
    }

    private mutating func turn(by step: Int) {
        let panes = TopPane.allCases
        let place = panes.firstIndex(of: pane) ?? 0
        pane = panes[(place + step + panes.count) % panes.count]
    }

    private mutating func move(by step: Int, _ activity: Activity) {
        select(selection(in: pane) + step, in: pane, of: activity.keys(of: pane))
    }

    private mutating func select(_ place: Int, in pane: TopPane, of present: [String]) {
        let place = max(0, min(place, present.count - 1))
        selected[pane] = place
        keys[pane] = present.indices.contains(place) ? present[place] : nil
    }

    private mutating func askForQueue(_ activity: Activity) {
        let place = selection(in: .queues)
        guard activity.queues.indices.contains(place) else {
            notice = "there is no queue yet"
            return
        }
        let queue = activity.queues[place]
        question = queue.isPaused ? .resume(queue: queue.name) : .pause(queue: queue.name)
    }

    private mutating func askForJob(_ activity: Activity) {
        let place = selection(in: .running)
        guard activity.running.indices.contains(place) else {
            notice = "no job runs"
            return
        }
        question = .cancel(activity.running[place].id)
    }
}
