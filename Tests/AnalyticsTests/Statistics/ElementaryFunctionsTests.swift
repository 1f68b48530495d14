import Foundation
import Testing

@testable import Analytics

@Suite("Elementary functions")
struct ElementaryFunctionsTests {
    @Test("log, exp and pow agree with the C library to 2e-15")
    func agreement() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let x = Foundation.exp(generator.normal(standardDeviation: 30))
            let y = generator.normal(standardDeviation: 2)
            #expect(abs(Elementary.log(x) - Foundation.log(x)) <= 2e-15 * max(1, abs(Foundation.log(x))))
            #expect(abs(Elementary.exp(y * 100) / Foundation.exp(y * 100) - 1) <= 2e-15)
            #expect(abs(Elementary.pow(x, y) / Foundation.pow(x, y) - 1) <= 1e-13)
        }
    }

    @Test("the edges are exact")
    func edges() {
        #expect(Elementary.log(1) == 0 && Elementary.log(0) == -.infinity && Elementary.log(-1).isNaN)
        #expect(Elementary.exp(0) == 1 && Elementary.exp(-800) == 0 && Elementary.exp(800) == .infinity)
        #expect(Elementary.pow(7, 0) == 1 && Elementary.pow(7, 1) == 7)
        #expect(Elementary.log2(8) == 3)
    }
}
