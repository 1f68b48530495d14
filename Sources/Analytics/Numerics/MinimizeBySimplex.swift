/// The least value that a search found.
struct SimplexMinimum {
    var point: [Double]
    var value: Double
    var evaluations: Int
    /// Whether the search came to rest before its evaluations ran out.
    var converged: Bool
}

/// Minimises a function of a few variables without derivatives, by Nelder and Mead's simplex, begun anew at the best
/// point until that gains nothing.
///
/// - Parameters:
///   - start: where the first simplex has a corner.
///   - step: its size along each axis.
///   - evaluations: the most values of the function that are asked for.
///   - function: what is minimised; infinite or NaN where it is not defined.
/// - Source: Nelder and Mead 1965; coefficients by dimension after Gao and Han 2012.
func minimizeBySimplex(
    from start: [Double], step: Double = 0.5, evaluations: Int = 20_000, _ function: ([Double]) throws -> Double
) rethrows -> SimplexMinimum {
    var best = SimplexMinimum(point: start, value: try function(start), evaluations: 1, converged: false)
    var step = step
    while best.evaluations < evaluations {
        let found = try descend(from: best, step: step, limit: evaluations, function)
        let gain = best.value - found.value
        best = SimplexMinimum(
            point: found.point, value: found.value, evaluations: found.evaluations, converged: false)
        guard found.converged else { break }
        if gain <= 1e-12 * max(1, best.value.magnitude) {
            best.converged = best.value.isFinite
            break
        }
        step = max(0.05, step / 2)
    }
    return best
}

private func descend(
    from start: SimplexMinimum, step: Double, limit: Int, _ function: ([Double]) throws -> Double
) rethrows -> SimplexMinimum {
    let n = start.point.count
    var evaluations = start.evaluations
    func value(_ point: [Double]) throws -> Double {
        evaluations += 1
        let value = try function(point)
        return value.isNaN ? .infinity : value
    }
    let expansion = 1 + 2 / Double(n)
    let contraction = 0.75 - 1 / (2 * Double(n))
    let shrinkage = 1 - 1 / Double(n)
    var corners = [(point: start.point, value: start.value)]
    for axis in 0..<n {
        var point = start.point
        point[axis] += step
        corners.append((point, try value(point)))
    }
    var converged = false
    while evaluations < limit {
        corners.sort { $0.value < $1.value }
        let (best, worst) = (corners[0], corners[n])
        let size = corners.dropFirst().reduce(0.0) { size, corner in
            max(size, zip(corner.point, best.point).reduce(0) { max($0, ($1.0 - $1.1).magnitude) })
        }
        if worst.value - best.value <= 1e-13 * max(1, best.value.magnitude), size <= 1e-6 {
            converged = true
            break
        }
        let centre = (0..<n).map { axis in corners[..<n].reduce(0) { $0 + $1.point[axis] } / Double(n) }
        func along(_ factor: Double) throws -> (point: [Double], value: Double) {
            let point = zip(centre, worst.point).map { $0 + factor * ($1 - $0) }
            return (point, try value(point))
        }
        let reflected = try along(-1)
        if reflected.value < best.value {
            let expanded = try along(-expansion)
            corners[n] = expanded.value < reflected.value ? expanded : reflected
        } else if reflected.value < corners[n - 1].value {
            corners[n] = reflected
        } else {
            let contracted = try along(reflected.value < worst.value ? -contraction : contraction)
            if contracted.value < min(reflected.value, worst.value) {
                corners[n] = contracted
            } else {
                for index in 1...n {
                    let point = zip(best.point, corners[index].point).map { $0 + shrinkage * ($1 - $0) }
                    corners[index] = (point, try value(point))
                }
            }
        }
    }
    let best = corners.min { $0.value < $1.value } ?? corners[0]
    return SimplexMinimum(point: best.point, value: best.value, evaluations: evaluations, converged: converged)
}
