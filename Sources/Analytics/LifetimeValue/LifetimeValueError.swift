/// What the models of customers' future purchases refuse.
public enum LifetimeValueError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to learn from.
    case noCustomers
    /// Numbers of a customer that cannot be.
    case invalidCustomer(index: Int, String)
    /// The data do not tell the parameters apart, or let one of them run away.
    case degenerate(String)
    /// The search for the greatest likelihood did not come to rest.
    case notConverged(evaluations: Int)
    /// An argument or a parameter outside its range.
    case outOfRange(name: String, value: Double)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .noCustomers: "there are no customers to learn from  →  bring at least some dozens with repeat purchases"
        case .invalidCustomer(let index, let what): "customer \(index): \(what)  →  correct or drop the customer"
        case .degenerate(let what): "\(what)  →  bring more customers, or ones observed for longer"
        case .notConverged(let evaluations):
            "no maximum of the likelihood was found in \(evaluations) evaluations  →  bring more customers"
        case .outOfRange(let name, let value): "\(name) is \(value)  →  use a positive, finite number"
        }
    }
}
