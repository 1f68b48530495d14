import Testing

@testable import Postgres

@Suite("The turn on a connection")
struct TurnTests {
    actor Order {
        private(set) var numbers: [Int] = []
        func add(_ number: Int) { numbers.append(number) }
    }

    @Test("tasks get it in the order of arrival, those that were cancelled not at all")
    func order() async throws {
        let turn = Turn()
        let order = Order()
        #expect(try await turn.take())
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<20 {
            tasks.append(
                Task {
                    _ = try await turn.take()
                    await order.add(number)
                    turn.release()
                })
            try await eventually("a task never queued") { turn.queueLength == number + 1 }
        }
        tasks[3].cancel()
        tasks[19].cancel()
        try await eventually("a cancelled task stayed") { turn.queueLength == 18 }
        turn.release()
        for (number, task) in tasks.enumerated() where number != 3 && number != 19 { try await task.value }
        #expect(await order.numbers == (0..<19).filter { $0 != 3 })
        await #expect(throws: CancellationError.self) { try await tasks[3].value }
        #expect(!turn.isTaken)
    }

    @Test("a task that reads a stream is told instead of waiting for itself; another task waits")
    func streams() async throws {
        let turn = Turn()
        #expect(try await turn.take(asStream: true))
        #expect(try await turn.take() == false)
        let other = Task { try await turn.take() }
        try await eventually("the other task never queued") { turn.queueLength == 1 }
        turn.release()
        #expect(try await other.value)
        #expect(turn.isTaken)
    }
}
