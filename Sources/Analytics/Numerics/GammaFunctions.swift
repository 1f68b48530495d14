extension Elementary {
    /// ln Γ(x) for x > 0, to about 1e-14 relative to max(1, |ln Γ|); ∞ for 0, NaN below.
    ///
    /// Stirling's series from 10 on; smaller arguments are raised by Γ(x + 1) = x Γ(x).
    static func logGamma(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x == 0 || x == .infinity ? .infinity : .nan }
        var argument = x
        var product = 1.0
        while argument < 10 {
            product *= argument
            argument += 1
        }
        let inverse = 1 / argument
        let square = inverse * inverse
        var series = 1.0 / 156
        for coefficient in [-691.0 / 360360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12] {
            series = series * square + coefficient
        }
        let stirling = (argument - 0.5) * log(argument) - argument + 0.9189385332046727 + series * inverse
        return stirling - log(product)
    }

    /// (eˣ − 1) / x without cancellation; 1 at 0.
    static func exponentialQuotient(_ x: Double) -> Double {
        guard x.magnitude < 0.5 else { return (exp(x) - 1) / x }
        var series = 1.0
        var n = 17.0
        while n >= 2 {
            series = 1 + series * x / n
            n -= 1
        }
        return series
    }
}
