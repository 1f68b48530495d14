/// What ``isWellFormedName(_:)`` asks for, for the way out of a message.
let nameAdvice = "use lower-case letters and digits, joined by single hyphens or dots, the first a letter"

/// Whether a plugin, a pipeline or a step may have this name.
func isWellFormedName(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-z][a-z0-9]*([-.][a-z0-9]+)*/) != nil
}
