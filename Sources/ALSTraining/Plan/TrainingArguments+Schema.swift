import Millrace
import Shop

extension TrainingArguments {
    static let schema = ArgumentSchema(defaults: TrainingArguments(), describing: descriptions)

    /// What each argument means.
    static let descriptions: [String: ArgumentSchema.Argument] = [
        "factors": .init(
            "Length of a factor vector. More than there are customers or items is allowed and brings nothing.",
            minimum: 1, maximum: 1024),
        "iterations": .init("Times that items and users are solved, at most.", minimum: 1, maximum: 1000),
        "solver": .init(
            "cholesky solves exactly; cg by solver_steps of conjugate gradient, and subspace in blocks of "
                + "subspace_size factors, both from the factors before."),
        "solver_steps": .init("Steps of conjugate gradient.", minimum: 1, maximum: 1000),
        "subspace_size": .init("Factors of a block.", minimum: 1, maximum: 1024),
        "regularization": .init("λ: how strongly factors are pulled to 0.", minimum: 0, maximum: 1e6),
        "frequency_exponent": .init(
            "ν: λ is multiplied by (orders + unobserved_weight × size of the other side)^ν.", minimum: 0, maximum: 2
        ),
        "unobserved_weight": .init("α₀: weight of every pair without an order.", minimum: 0, maximum: 1000),
        "confidence": .init(
            "How n, the orders of a pair or the sum of their kind_weights, counts: uniform (once), logarithmic (1 + "
                + "scale · ln n), linear (α₀ + scale · n), proportional (scale · n in place of α₀)."),
        "confidence_scale": .init("Scale of the confidence; not used by uniform.", minimum: 0, maximum: 1e6),
        "kinds": .init(
            "Events that count as interest, each visit or order once.",
            oneOf: [EventKind.purchase, .view, .click, .cart, .review].map(\.rawValue)),
        "kind_weights": .init(
            "What a visit adds to n by the kind of its events, such as {\"purchase\": 1, \"cart\": 0.3}; the most "
                + "where it has several. 1 for kinds that are not named."),
        "seed": .init(
            "Of the factors that the training starts from, of the validation's customers and of exploration."),
        "shards": .init(
            "Jobs that share each half-iteration; \"auto\" lets a cost model choose, also none where one process is "
                + "as quick. Any number gives the same factors.", minimum: 1, maximum: 256, oneOf: ["auto"]),
        "threads": .init("Threads that each job solves with.", minimum: 1, maximum: 256),
        "transfer": .init(
            "How factors are kept and sent between half-iterations: float16 halves the bytes and rounds them to 11 "
                + "bits."),
        "patience": .init(
            "Stop after so many iterations without a better metric on the validation, and keep the best; 0 runs all "
                + "iterations and validates nothing.", minimum: 0, maximum: 1000),
        "metric": .init("What the validation compares, over lists of top_n items."),
        "validation_share": .init(
            "Share of the customers who give their last order to the validation, when they have two or more. They "
                + "get it back for the recommendations.", minimum: 0.001, maximum: 1),
        "holdout": .init(
            "last-purchase keeps each customer's last order out, measures against it and serves nothing."),
        "top_n": .init("Recommendations per customer, and the k of the metrics.", minimum: 1, maximum: 1000),
        "exclude_bought": .init("Whether items that a customer has bought are left out."),
        "diversity": .init(
            "How much a list avoids items like those before them (MMR): 0 not at all, 1 at any price.", minimum: 0,
            maximum: 1),
        "category_cap": .init(
            "Items of a category on a list, at most; 0 for any number.", minimum: 0, maximum: 1000),
        "freshness": .init(
            "How far a brand-new item is lifted, as a share of the list's spread of scores; 0 not at all.",
            minimum: 0, maximum: 10),
        "freshness_half_life_days": .init(
            "Days after an item's first event in which that is halved.", minimum: 0.01, maximum: 36_500),
        "exploration": .init(
            "Share of a list's places for items drawn at random, to learn of them; never the first.", minimum: 0,
            maximum: 0.9),
        "cold_start": .init("What customers without history get: popular items, or none."),
        "new_items": .init(
            "What becomes of items in stock that nobody has bought yet: content lists those whose title, category, brand "
                + "and price are like items that were bought, with the factors of these; none leaves them out."),
        "keep_models": .init(
            "Models besides the served one whose factors and recommendations are kept, so that a roll-back serves at "
                + "once.", minimum: 0, maximum: 100),
        "tuning": .init("Id in shop.model of the tuning that chose these settings."),
    ]
}
