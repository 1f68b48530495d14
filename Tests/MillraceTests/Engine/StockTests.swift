import Testing

@testable import Millrace

@Suite("Jobs claimed in advance")
struct StockTests {
    private func counts(running: Int, waiting: Int = 0, ended: Int) -> HeldJobs.Counts {
        HeldJobs.Counts(waiting: waiting, running: running, ended: ended)
    }

    @Test("a long job that has just ended does not look like hundreds in a second")
    func long() {
        var stock = Stock()
        let start = ContinuousClock.now
        #expect(stock.wanted(counts(running: 0, ended: 0), slots: 1, now: start) == 1)
        #expect(stock.wanted(counts(running: 1, ended: 0), slots: 1, now: start + .milliseconds(998)) == 0)
        #expect(stock.wanted(counts(running: 0, ended: 1), slots: 1, now: start + .seconds(1)) <= 2)
        #expect(stock.wanted(counts(running: 1, ended: 1), slots: 1, now: start + .milliseconds(1100)) == 0)
    }

    @Test("with many lanes a claim brings more, up to a limit")
    func lanes() {
        let start = ContinuousClock.now
        func ahead(lanes: Int) -> Int {
            var stock = Stock()
            for step in 0...40 {
                _ = stock.wanted(counts(running: 9, ended: 50 * step), slots: 9, now: start + .milliseconds(5 * step))
            }
            return stock.wanted(
                counts(running: 9, ended: 50 * 41), slots: 9, lanes: lanes, now: start + .milliseconds(5 * 41))
        }
        let few = ahead(lanes: 10)
        #expect(few > 400 && few <= 500)
        #expect(abs(ahead(lanes: 1000) - 3 * few) <= 3)
        #expect(abs(ahead(lanes: 100_000) - 4 * few) <= 4)
    }

    @Test("short jobs find their pace within a tenth of a second, and lose it as soon")
    func short() {
        var stock = Stock()
        let start = ContinuousClock.now
        var ended = 0
        for step in 0...20 {
            _ = stock.wanted(counts(running: 100, ended: ended), slots: 100, now: start + .milliseconds(5 * step))
            ended += 200
        }
        let ahead = stock.wanted(counts(running: 100, ended: ended), slots: 100, now: start + .milliseconds(105))
        #expect(ahead > 1500 && ahead <= 2000)
        #expect(stock.wanted(counts(running: 100, ended: ended), slots: 100, now: start + .seconds(1)) == 0)
    }
}
