// Only for the linker: square roots and rounding, exact by IEEE 754, may become calls into the C library's maths.
#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Logarithm, exponential and power from IEEE additions, products and quotients alone.
///
/// The C library's versions differ in the last bit from platform to platform; seeded draws and factors must not.
/// Both series are carried to below 1e-17, so that results agree with a correctly rounded one to about two units in
/// the last place.
enum Elementary {
    private static let ln2High = 0x1.62e42fee00000p-1
    private static let ln2Low = 0x1.a39ef35793c76p-33
    private static let inverseLn2 = 1.4426950408889634

    /// Natural logarithm of a positive, finite, normal number; −∞ for 0.
    static func log(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x == 0 ? -.infinity : (x > 0 ? x : .nan) }
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.4142135623730951 {
            mantissa /= 2
            exponent += 1
        }
        // ln m = 2 atanh((m − 1)/(m + 1)), |s| ≤ 0.1716.
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var series = 0.0
        var denominator = 25.0
        while denominator >= 3 {
            series = (series + 1 / denominator) * square
            denominator -= 2
        }
        return exponent * ln2High + (2 * s + (2 * s * series + exponent * ln2Low))
    }

    /// Base-2 logarithm of a positive, finite number; exact for powers of two.
    static func log2(_ x: Double) -> Double { Double(x.exponent) + log(x.significand) * inverseLn2 }

    /// e to the power of x; 0 below −745, ∞ above 709.78.
    static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 709.782712893384 { return .infinity }
        if x < -745.2 { return 0 }
        let k = (x * inverseLn2).rounded()
        let r = (x - k * ln2High) - k * ln2Low
        var series = 1.0
        var n = 15.0
        while n >= 1 {
            series = 1 + series * r / n
            n -= 1
        }
        return Double(sign: .plus, exponent: Int(k), significand: series)
    }

    /// `base` to the power of `exponent` for `base` ≥ 0; exact for exponents 0 and 1.
    static func pow(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0 { return 1 }
        if exponent == 1 { return base }
        return exp(exponent * log(base))
    }
}
