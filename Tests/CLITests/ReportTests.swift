import Millrace
import TestSupport
import Testing

@testable import MillraceCLI

@Suite("The report")
struct ReportTests {
    @Test("counts of an output are told in words, the largest first, without zeros and whatever is no count")
    func figures() {
        let output = #"{"events_read": 541909, "failed": 0, "customers": 4334, "fit": 0.25, "dropped": {"guest": 7}}"#
        #expect(FiguresText(output).text == "events read 541,909 · customers 4,334")
        for nothing in [nil, "", "[]", "{}", "7", #""word""#] { #expect(FiguresText(nothing).text == "") }
    }

    @Test("a paragraph is broken between words, and Chinese characters count as two columns")
    func wrapping() {
        #expect(WrappedText("one two three", width: 8, indentation: "  ").text == "  one\n  two\n  three")
        #expect(WrappedText("one two three", width: 9, indentation: "  ").text == "  one two\n  three")
        #expect(WrappedText("顾客 顾客", width: 8).text == "顾客\n顾客")
        #expect(WrappedText("", width: 8).text == "")
    }

    @Test("progress names the steps under way, and says why nothing runs")
    func progress() {
        let steps = Listing(
            columns: [.init("step"), .init("state"), .init("jobs")],
            rows: [["content", "succeeded", "3/3"], ["dispatch", "running", "1/4"], ["tidy", "running", "0/1"]])
        #expect(RunWatcher.detail(steps, waitingFor: nil) == "dispatch 1/4, tidy 0/1")
        #expect(RunWatcher.detail(steps, waitingFor: "job 7 waits") == "dispatch 1/4, tidy 0/1: job 7 waits")
        let blocked = Listing(columns: steps.columns, rows: [["content", "ready", "0/1"]])
        #expect(RunWatcher.detail(blocked, waitingFor: "job 7 waits") == "job 7 waits")
    }

    @Test("a pipeline that has not run is told with the way out", .database)
    func noRun() async throws {
        let report = try await millrace("report")
        #expect(report.status == 1)
        #expect(report.errors.contains("nightly-personalization"))
        #expect(report.errors.contains("→"))
    }
}
