import Analytics
import Foundation

/// The matrices a model is trained on, as they stood when the training was planned; all customers × items.
struct TrainingData: Sendable {
    /// Customer of each row, ascending.
    let customerIDs: [Int32]
    /// Item of each column, ascending.
    let itemIDs: [Int32]
    /// When each item was first in an event.
    let itemsSeenAt: [Date]
    /// Number of orders, or the sum of their weights.
    let interactions: InteractionBlock
    /// The same with what was kept for the validation; nil without one.
    let known: InteractionBlock?
    /// What each customer has bought; nil when it may be recommended again.
    let bought: InteractionBlock?
    /// What each iteration should hit; nil without a validation.
    let validation: InteractionBlock?
    /// What those customers must not be listed then.
    let validationBought: InteractionBlock?
    /// What the recommendations should hit; nil when nothing is held out.
    let heldOut: InteractionBlock?
    /// Time of the first event.
    let dataFrom: Date?
    /// Time of the last event.
    let dataTo: Date?

    /// How many customers each item has in the training.
    var itemCustomers: [Int32] {
        PopularItems(interactions).users.map { Int32($0) }
    }

    /// The matrices by what they are stored as, without the items' view.
    var matrices: [(role: InteractionRole, matrix: InteractionBlock)] {
        let all: [(InteractionRole, InteractionBlock?)] = [
            (.user, interactions), (.known, known), (.bought, bought), (.validation, validation),
            (.validationBought, validationBought), (.heldOut, heldOut),
        ]
        return all.compactMap { role, matrix in matrix.map { (role, $0) } }
    }
}
