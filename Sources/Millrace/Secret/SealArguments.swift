public import Postgres

extension Keyring {
    /// Seals the secret ones of a plugin's arguments with the current key. What is sealed already stays as it is.
    ///
    /// A sealed value is encrypted and authenticated by AES-256-GCM for this plugin and this argument, and opens nowhere
    /// else. Its length still shows about how long the value is.
    ///
    /// - Parameters:
    ///   - arguments: a JSON object.
    ///   - secrets: names of arguments, as ``ArgumentSchema/secrets`` has them; those that are not given are passed by.
    ///   - plugin: the plugin's name.
    /// - Throws: ``SealingError``
    public func seal(
        arguments: JSONText, secrets: Set<String>, plugin: String
    ) throws(SealingError) -> JSONText {
        try arguments.sealed(by: self, secrets: secrets, plugin: plugin)
    }

    /// Opens all sealed values among a plugin's arguments.
    ///
    /// - Parameters:
    ///   - arguments: a JSON object; only values at its top can be sealed.
    ///   - plugin: the plugin that they were sealed for.
    /// - Throws: ``SealingError``; also when a value was sealed for another plugin or argument.
    public func open(arguments: JSONText, plugin: String) throws(SealingError) -> JSONText {
        let (value, names) = try JSONValue(argumentsOf: plugin, arguments).opened(by: self, plugin: plugin)
        return names.isEmpty ? arguments : value.text
    }

    /// Opens the values that another key than the current one has sealed, and seals them with that.
    ///
    /// - Parameters:
    ///   - arguments: a JSON object; only values at its top can be sealed.
    ///   - plugin: the plugin that they were sealed for.
    /// - Throws: ``SealingError``
    public func reseal(arguments: JSONText, plugin: String) throws(SealingError) -> JSONText {
        var value = try JSONValue(argumentsOf: plugin, arguments)
        var isChanged = false
        for (place, sealed) in try value.sealedValues(plugin: plugin) where sealed.keyID != currentID {
            let clear = try sealed.opened(by: self, as: place)
            value[place.argument] = try SealedValue(sealing: clear, by: self, as: place).json
            isChanged = true
        }
        return isChanged ? value.text : arguments
    }

    /// The ids of the keys that have sealed values among arguments. No key is needed to tell.
    ///
    /// - Parameter arguments: a JSON object; only values at its top can be sealed.
    /// - Throws: ``SealingError`` when the arguments are no JSON object, or a sealed value is malformed.
    public static func keyIDs(in arguments: JSONText) throws(SealingError) -> Set<String> {
        let value = try JSONValue(argumentsOf: "arguments", arguments)
        return Set(try value.sealedValues(plugin: "arguments").map(\.sealed.keyID))
    }
}

extension JSONText {
    /// - Throws: ``SealingError`` also when a secret has to be sealed and there is no keyring.
    func sealed(by keyring: Keyring?, secrets: Set<String>, plugin: String) throws(SealingError) -> JSONText {
        guard !secrets.isEmpty else { return self }
        var value = try JSONValue(argumentsOf: plugin, self)
        var isChanged = false
        for member in value.members ?? [] where secrets.contains(member.key) {
            let place = SecretPlace(plugin: plugin, argument: member.key)
            if SealedValue.isMarked(member.value) {
                guard SealedValue(member.value) != nil else { throw place.error(.malformed) }
                continue
            }
            guard let keyring else { throw place.error(.noKeyring) }
            value[member.key] = try SealedValue(sealing: member.value, by: keyring, as: place).json
            isChanged = true
        }
        return isChanged ? value.text : self
    }
}

extension JSONValue {
    /// Reads arguments, to seal or open them. What is wrong with them is not quoted: it may be secret.
    fileprivate init(argumentsOf plugin: String, _ arguments: JSONText) throws(SealingError) {
        let noObject = SealingError(plugin: plugin, argument: nil, problem: .noObject)
        do {
            self = try JSONValue(parsing: arguments)
        } catch {
            throw noObject
        }
        guard members != nil else { throw noObject }
    }

    fileprivate func sealedValues(
        plugin: String
    ) throws(SealingError) -> [(place: SecretPlace, sealed: SealedValue)] {
        var found: [(place: SecretPlace, sealed: SealedValue)] = []
        for member in members ?? [] where SealedValue.isMarked(member.value) {
            let place = SecretPlace(plugin: plugin, argument: member.key)
            guard let sealed = SealedValue(member.value) else { throw place.error(.malformed) }
            found.append((place, sealed))
        }
        return found
    }

    /// The object with all sealed values at its top opened, and their names.
    func opened(
        by keyring: Keyring?, plugin: String
    ) throws(SealingError) -> (value: JSONValue, names: Set<String>) {
        var value = self
        var names: Set<String> = []
        for (place, sealed) in try sealedValues(plugin: plugin) {
            value[place.argument] = try sealed.opened(by: keyring, as: place)
            names.insert(place.argument)
        }
        return (value, names)
    }
}
