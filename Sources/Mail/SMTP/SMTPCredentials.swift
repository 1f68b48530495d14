/// User and password of a server. No text made of it shows the password.
public struct SMTPCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The login name.
    public let user: String
    /// The password, in clear.
    public let password: String

    /// A login.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The user with the password hidden.
    public var description: String { "\(user):***" }
    /// The user with the password hidden.
    public var debugDescription: String { description }
    /// A mirror without the password, for `dump` and test output.
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
