import Analytics
import Foundation

/// The matrix a model is trained on, as it stood when the training was planned.
struct TrainingData: Sendable {
    /// Customer of each row, ascending.
    let customerIDs: [Int32]
    /// Item of each column, ascending.
    let itemIDs: [Int32]
    /// Number of orders: customers × items.
    let interactions: InteractionBlock
    /// What each customer has bought; nil when it may be recommended again.
    let bought: InteractionBlock?
    /// What the recommendations should hit; nil when nothing is held out.
    let heldOut: InteractionBlock?
    /// Time of the first event.
    let dataFrom: Date?
    /// Time of the last event.
    let dataTo: Date?
}
