/// The client's side of the SMTP dialogue, without sockets, clocks or tasks.
///
/// Each event is a function: it changes the state and says what the connection must do next. The machine sends one
/// message at a time; ``SMTPChannelHandler`` feeds it.
struct SMTPStateMachine {
    enum State: Hashable {
        case connecting
        /// TLS from the first byte, or after STARTTLS.
        case handshake(implicit: Bool)
        case greeting
        case ehlo
        case helo
        case startTLS
        case authenticating(AuthenticationStep)
        /// Between messages. After a failure the server's half-open transaction must be reset first.
        case ready(needsReset: Bool)
        case transaction(SMTPTransaction)
        case quitting
        case closed
    }

    enum AuthenticationStep: Hashable {
        case plain, loginStart, loginUser, loginPassword
    }

    enum Action: Hashable {
        /// Wait for the next event.
        case wait
        /// Send the commands in one go and wait for replies.
        case write([SMTPCommand])
        /// Start the TLS handshake and wait for its end.
        case startTLSHandshake
        /// The session is open; messages may be sent.
        case opened
        /// Send the message's lines, report ``SMTPStateMachine/bodyWritten()`` when they are out.
        case writeBody
        /// The message is taken over.
        case delivered(SMTPReceipt)
        /// Opening or sending failed; the connection lives on unless the failure says otherwise.
        case failed(SMTPFailure)
        /// Close the connection; nobody waits for a result.
        case close
    }

    let configuration: SMTPConfiguration
    var state = State.connecting
    private(set) var capabilities = SMTPCapabilities()
    private(set) var isEncrypted = false
    private var ehloName = ""

    init(configuration: SMTPConfiguration) { self.configuration = configuration }

    /// The longest wait for the next event; `nil` where nothing is expected.
    var timeout: Duration? {
        switch state {
        case .connecting: configuration.connectTimeout
        case .handshake, .greeting, .ehlo, .helo, .startTLS, .authenticating: configuration.commandTimeout
        case .ready, .closed: nil
        case .transaction(let transaction):
            transaction.phase == .finalReply ? configuration.finalReplyTimeout : configuration.commandTimeout
        case .quitting: min(configuration.commandTimeout, .seconds(5))
        }
    }

    // MARK: Opening

    /// TCP is up.
    ///
    /// - Parameter ehloName: what to call this client if the configuration does not say.
    mutating func connected(ehloName: String) -> Action {
        self.ehloName = configuration.ehloName ?? ehloName
        state = configuration.encryption == .implicit ? .handshake(implicit: true) : .greeting
        return .wait
    }

    /// The TLS handshake succeeded.
    mutating func tlsEstablished() -> Action {
        guard case .handshake(let isImplicit) = state else { return .wait }
        isEncrypted = true
        if isImplicit {
            state = .greeting
            return .wait
        }
        // RFC 3207 §4.2: what the server offered in clear text counts no more.
        capabilities = SMTPCapabilities()
        state = .ehlo
        return .write([.ehlo(ehloName)])
    }

    /// A whole reply came in.
    mutating func received(_ reply: SMTPReply) -> Action {
        switch state {
        case .connecting, .handshake: return lost(.notSMTP("it spoke before its turn"))
        case .greeting:
            guard reply.code == 220 else { return refuse(at: .greeting, reply) }
            state = .ehlo
            return .write([.ehlo(ehloName)])
        case .ehlo: return receivedEHLO(reply)
        case .helo:
            guard reply.isPositive else { return refuse(at: .ehlo, reply) }
            return afterCapabilities()
        case .startTLS:
            guard reply.code == 220 else {
                guard configuration.encryption == .opportunistic, !reply.closesChannel else {
                    return refuse(at: .tls, reply)
                }
                capabilities.offersStartTLS = false
                return afterCapabilities()
            }
            state = .handshake(implicit: false)
            return .startTLSHandshake
        case .authenticating(let step): return receivedAuthentication(reply, step)
        case .transaction(let transaction): return received(reply, in: transaction)
        case .ready, .quitting:
            // Unasked words between messages are a farewell (421); after QUIT they are the answer to it.
            state = .closed
            return .close
        case .closed: return .wait
        }
    }

    private mutating func receivedEHLO(_ reply: SMTPReply) -> Action {
        if [500, 501, 502, 504].contains(reply.code), !isEncrypted {
            state = .helo
            return .write([.helo(ehloName)])
        }
        guard reply.isPositive else { return refuse(at: .ehlo, reply) }
        capabilities = SMTPCapabilities(ehloReply: reply)
        return afterCapabilities()
    }

    private mutating func afterCapabilities() -> Action {
        let isStartTLSWanted = [.startTLS, .opportunistic].contains(configuration.encryption) && !isEncrypted
        if isStartTLSWanted && capabilities.offersStartTLS {
            state = .startTLS
            return .write([.startTLS])
        }
        if configuration.encryption == .startTLS && !isEncrypted { return refuse(at: .tls, .startTLSNotOffered) }
        guard let credentials = configuration.credentials else { return open() }
        guard isEncrypted || configuration.isLoopback else { return refuse(at: .auth, .passwordInClearText) }
        if capabilities.authenticationMechanisms.contains("PLAIN") {
            state = .authenticating(.plain)
            return .write([.authPlain(credentials)])
        }
        if capabilities.authenticationMechanisms.contains("LOGIN") {
            state = .authenticating(.loginStart)
            return .write([.authLogin])
        }
        return refuse(
            at: .auth, .authenticationNotOffered(offered: capabilities.authenticationMechanisms.sorted()))
    }

    private mutating func receivedAuthentication(_ reply: SMTPReply, _ step: AuthenticationStep) -> Action {
        guard let credentials = configuration.credentials else { return refuse(at: .auth, reply) }
        switch (step, reply.code) {
        case (.loginStart, 334):
            state = .authenticating(.loginUser)
            return .write([.authUser(credentials)])
        case (.loginUser, 334):
            state = .authenticating(.loginPassword)
            return .write([.authPassword(credentials)])
        case (.plain, 235), (.loginPassword, 235): return open()
        default: return refuse(at: .auth, reply)
        }
    }

    private mutating func open() -> Action {
        state = .ready(needsReset: false)
        return .opened
    }

    // MARK: Closing

    /// The session is over: says goodbye between messages, and just closes at any other time.
    mutating func quit() -> Action {
        guard case .ready = state else {
            state = .closed
            return .close
        }
        state = .quitting
        return .write([.quit])
    }

    /// The connection is gone, or must go.
    mutating func lost(_ loss: SMTPConnectionLoss) -> Action {
        defer { state = .closed }
        switch state {
        case .ready, .quitting: return .close
        case .closed: return .wait
        case .transaction(let transaction):
            if let failure = settledFailure(of: transaction) { return .failed(failure.closing) }
        default: break
        }
        return .failed(SMTPFailure(stage: stage, loss: loss, server: configuration.server))
    }

    /// The step a failure now belongs to.
    private var stage: SMTPFailure.Stage {
        switch state {
        case .connecting: .connect
        case .greeting: .greeting
        case .ehlo, .helo: .ehlo
        case .startTLS, .handshake: .tls
        case .authenticating: .auth
        case .transaction(let transaction): transaction.stage
        case .ready, .quitting, .closed: .connect
        }
    }

    private mutating func refuse(at stage: SMTPFailure.Stage, _ reply: SMTPReply) -> Action {
        state = .closed
        return .failed(SMTPFailure(stage: stage, reply: reply, server: configuration.server))
    }

    private mutating func refuse(at stage: SMTPFailure.Stage, _ violation: SMTPPolicyViolation) -> Action {
        state = .closed
        return .failed(SMTPFailure(violation: violation, stage: stage, server: configuration.server))
    }
}
