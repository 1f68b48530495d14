extension RunGraph {
    /// How ``RunGraph/text(_:)`` draws.
    public struct TextOptions: Sendable, Hashable {
        /// The shape of a drawing.
        public enum Form: String, Sendable, CaseIterable {
            /// The first of the others that fits the width.
            case automatic
            /// Boxes from left to right.
            case right
            /// Boxes from top to bottom.
            case down
            /// A line for each step.
            case list
        }

        /// The characters of a drawing.
        public enum Characters: String, Sendable, CaseIterable {
            /// Box-drawing characters and symbols.
            case unicode
            /// ASCII only, apart from the steps' own texts.
            case ascii
        }

        /// Columns that the drawing may take. Boxes that do not fit become a list, whose lines
        /// are broken. Less than 20 counts as 20.
        public var width: Int
        /// The shape; a drawing with boxes that is too wide becomes a list all the same.
        public var form: Form
        /// The characters to draw with.
        public var characters: Characters

        /// 100 columns, boxes where they fit, box-drawing characters, unless said otherwise.
        public init(width: Int = 100, form: Form = .automatic, characters: Characters = .unicode) {
            self.width = width
            self.form = form
            self.characters = characters
        }
    }
}
