import Foundation
import Millrace

/// The screen of `millrace top`: what goes on and what was chosen, as lines. Draws nothing itself.
struct TopScreen {
    let activity: Activity
    let state: TopState
    /// What is wrong with the database, and since how many seconds it gave no answer.
    var trouble: String?

    /// Exactly `height` lines of at most `width` columns.
    func lines(width: Int, height: Int) -> [ScreenLine] {
        guard width > 0, height > 0 else { return [] }
        var lines = head(width)
        let room = height - lines.count - 1
        lines += state.showsHelp ? help(width) : body(width, room)
        lines = Array(lines.prefix(height - 1))
        while lines.count < height - 1 { lines.append(ScreenLine("", width: width)) }
        return lines + [foot(width)]
    }

    /// All of it as plain text, for whoever is no terminal.
    static func plain(_ activity: Activity, width: Int, rows: Int = 20) -> [String] {
        let screen = TopScreen(activity: activity, state: TopState())
        var lines = screen.head(.max).map(\.text)
        for pane in TopPane.allCases {
            let list = TopList(pane, of: activity)
            lines += ["", list.title]
            guard !list.rows.isEmpty else { continue }
            lines += ([list.columns] + list.rows.prefix(rows)).map { ScreenLine.fit("  \($0)", width) }
            if list.rows.count > rows { lines.append("  … and \(list.rows.count - rows) more") }
        }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }

    private func head(_ width: Int) -> [ScreenLine] {
        func sum(_ count: KeyPath<Activity.Queue, Int>) -> Int { activity.queues.reduce(0) { $0 + $1[keyPath: count] } }
        let clock = RFC3339.text(Date(timeIntervalSince1970: activity.at.timeIntervalSince1970.rounded(.down)))
            .prefix(19).replacing("T", with: " ")
        let span = activity.interval < 10 ? "" : ", over \(TableText.durationText(activity.interval))"
        let bad = activity.endedBadly > 0 ? ", \(activity.endedBadly) of them badly" : ""
        let title = "millrace  \(clock) UTC  \(String(format: "%.1f", activity.throughput)) jobs/s ended\(span)\(bad)"
        let jobs =
            "jobs: \(sum(\.ready)) ready, \(sum(\.running)) running, \(sum(\.scheduled)) scheduled, "
            + "\(sum(\.blocked)) blocked, \(sum(\.parked)) parked"
        return [ScreenLine(title, .title, width: width), ScreenLine(jobs, width: width)]
    }

    private func foot(_ width: Int) -> ScreenLine {
        if let question = state.question { return ScreenLine("\(question.question) y/n", .warning, width: width) }
        if let notice = state.notice { return ScreenLine(notice, .warning, width: width) }
        if let trouble { return ScreenLine(trouble, .warning, width: width) }
        return ScreenLine("q leave  ? help  tab pane  ↑↓ select  p pause queue  c cancel job", .columns, width: width)
    }

    private func help(_ width: Int) -> [ScreenLine] {
        """

        ↑ ↓ or k j     select a row; page up, page down, home, end as well
        tab            next pane: queues, running jobs, workers, failures, runs; shift-tab goes back
        p              pause the selected queue, or resume it; asks first
        c              cancel the selected running job; asks first
        ?              this help; any key closes it
        q or Ctrl-C    leave

        A row stands out when it wants a look: a paused queue, a silent worker, a run with failures.
        Look further: millrace job show ID, millrace job why ID, millrace pipeline show RUN, millrace doctor
        """.split(separator: "\n", omittingEmptySubsequences: false).map { ScreenLine(String($0), width: width) }
    }

    /// The panes below each other. The chosen one gets what room the others leave; if there is too little for all of them,
    /// it stands alone.
    private func body(_ width: Int, _ room: Int) -> [ScreenLine] {
        let lists = TopPane.allCases.map { (pane: $0, list: TopList($0, of: activity)) }
        func fixed(_ list: TopList) -> Int { list.rows.isEmpty ? 1 : 2 }
        let needed = lists.reduce(0) { $0 + fixed($1.list) + min(1, $1.list.rows.count) }
        guard needed <= room else {
            guard let alone = lists.first(where: { $0.pane == state.pane }) else { return [] }
            return draw(alone.pane, alone.list, rows: max(0, room - fixed(alone.list)), width)
        }
        var left = room - lists.reduce(0) { $0 + fixed($1.list) }
        let share = left / lists.count
        var rows: [TopPane: Int] = [:]
        for (pane, list) in lists {
            rows[pane] = min(list.rows.count, share)
            left -= rows[pane] ?? 0
        }
        for (pane, list) in lists.filter({ $0.pane == state.pane }) + lists {
            let more = min(left, list.rows.count - (rows[pane] ?? 0))
            rows[pane, default: 0] += more
            left -= more
        }
        return lists.flatMap { draw($0.pane, $0.list, rows: rows[$0.pane] ?? 0, width) }
    }

    /// A heading, the names of the columns, and so many rows around the selected one.
    private func draw(_ pane: TopPane, _ list: TopList, rows: Int, _ width: Int) -> [ScreenLine] {
        let isChosen = pane == state.pane
        let heading = ScreenLine(list.title, isChosen ? .focusedHeading : .heading, width: width)
        guard !list.rows.isEmpty else { return [heading] }
        let selected = min(state.selection(in: pane), list.rows.count - 1)
        let first = max(0, min(selected - rows / 2, list.rows.count - rows))
        let shown = list.rows.indices.dropFirst(first).prefix(rows)
        // The selected queue and job stand out also while another pane is chosen, since p and c act on them.
        let marks = isChosen || pane == .queues || pane == .running
        return [heading, ScreenLine("  " + list.columns, .columns, width: width)]
            + shown.map { row in
                let isSelected = row == selected && marks
                let style: ScreenLine.Style =
                    isSelected && isChosen ? .selected : list.warnings.contains(row) ? .warning : .plain
                return ScreenLine((isSelected ? "> " : "  ") + list.rows[row], style, width: width)
            }
    }
}
