/// Ratings as mean + user's bias + item's bias + inner product of factors.
public struct ExplicitModel: Sendable, Equatable {
    /// The mean rating.
    public let mean: Double
    /// `users × rank`.
    public let users: FactorMatrix
    /// `items × rank`.
    public let items: FactorMatrix
    /// One per user.
    public let userBiases: [Float]
    /// One per item.
    public let itemBiases: [Float]

    /// The rating expected of a user for an item.
    public func rating(user: Int, item: Int) -> Double {
        var score = mean + Double(userBiases[user]) + Double(itemBiases[item])
        for factor in 0..<users.rank {
            score += Double(users.values[user * users.rank + factor]) * Double(items.values[item * items.rank + factor])
        }
        return score
    }

    /// Root of the mean squared error over observed ratings, for instance held-out ones.
    ///
    /// - Parameter ratings: `users × items`, from row 0.
    /// - Throws: ``FactorizationError/mismatch(_:)`` when sizes do not fit or there are no ratings.
    public func rootMeanSquaredError(_ ratings: InteractionBlock) throws(FactorizationError) -> Double {
        guard ratings.rows == users.rows, ratings.columnCount == items.rows, ratings.count > 0 else {
            throw .mismatch("\(ratings.count) ratings of \(ratings.rows) users and \(ratings.columnCount) items")
        }
        var sum = 0.0
        for user in 0..<ratings.rows {
            for (item, value) in zip(ratings.columns(ofRow: user), ratings.values(ofRow: user)) {
                let error = Double(value) - rating(user: user, item: Int(item))
                sum += error * error
            }
        }
        return (sum / Double(ratings.count)).squareRoot()
    }
}

/// What explicit ALS minimises: Σ over observed (u,i) of (r − μ − b_u − b_i − x_u·y_i)² + Σ_u λ n_u^ν (‖x_u‖² + b_u²) and
/// likewise for items, with n_u the user's ratings.
///
/// - Source: Koren, Bell and Volinsky 2009, "Matrix factorization techniques for recommender systems", eq. 5; ν = 1 is
///   the weighted λ of Zhou, Wilkinson, Schreiber and Pan 2008.
public struct ExplicitObjective: Sendable, Equatable, Codable {
    /// λ, positive.
    public var regularization: Double
    /// ν, not negative.
    public var frequencyExponent: Double

    /// An objective with all its settings.
    public init(regularization: Double, frequencyExponent: Double = 1) {
        self.regularization = regularization
        self.frequencyExponent = frequencyExponent
    }

    func validate() throws(FactorizationError) {
        guard regularization > 0, regularization.isFinite, frequencyExponent >= 0, frequencyExponent.isFinite else {
            throw .invalidSetting("regularization \(regularization), frequencyExponent \(frequencyExponent)")
        }
    }

    func regularization(observed: Int) -> Double {
        regularization * Elementary.pow(Double(observed), frequencyExponent)
    }
}
