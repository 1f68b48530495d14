extension SMTPStateMachine {
    /// Starts a message. Only in ``State/ready(needsReset:)``.
    mutating func send(_ envelope: SMTPEnvelope, _ load: SMTPEnvelope.Load) -> Action {
        guard case .ready(let needsReset) = state else {
            return .failed(SMTPFailure(stage: .mailFrom, loss: .closedByServer, server: configuration.server))
        }
        if let (stage, violation) = violation(of: envelope, load) {
            return .failed(SMTPFailure(violation: violation, stage: stage, server: configuration.server))
        }
        let steps: [SMTPTransaction.Step] =
            (needsReset ? [.reset] : []) + [.mail] + envelope.recipients.map { .recipient($0) } + [.data]
        let sentNow = capabilities.offersPipelining ? steps.count : 1
        let transaction = SMTPTransaction(
            awaited: steps[...], unsent: steps[sentNow...], mailCommand: mailCommand(envelope, load))
        state = .transaction(transaction)
        return .write(steps[..<sentNow].map(transaction.command))
    }

    /// The message's last line is out: now, and not before, the dot that hands it over.
    mutating func bodyWritten() -> Action {
        guard case .transaction(var transaction) = state, transaction.phase == .body else { return .wait }
        transaction.phase = .finalReply
        state = .transaction(transaction)
        return .write([.endOfData])
    }

    /// A reply during a message.
    mutating func received(_ reply: SMTPReply, in transaction: SMTPTransaction) -> Action {
        switch transaction.phase {
        case .envelope: return receivedEnvelope(reply, transaction)
        case .body:
            // The rest of the message can neither be sent nor taken back: only closing ends it.
            return end(refusal(at: .body, reply).closing)
        case .finalReply:
            guard reply.isPositive else { return end(refusal(at: .finalResponse, reply)) }
            state = .ready(needsReset: false)
            return .delivered(
                SMTPReceipt(reply: reply, accepted: transaction.accepted, rejected: transaction.rejected))
        case .abandoned:
            guard let failure = transaction.failure else { return lost(.notSMTP("DATA was accepted for nobody")) }
            return end(reply.closesChannel ? failure.closing : failure)
        }
    }

    private mutating func receivedEnvelope(_ reply: SMTPReply, _ current: SMTPTransaction) -> Action {
        var transaction = current
        guard let step = transaction.awaited.popFirst() else { return lost(.notSMTP("it sent a reply too many")) }
        let failure = refusal(at: SMTPTransaction.stage(of: step), reply)
        if failure.closesConnection && !(reply.isPositive || step == .data && reply.code == 354) {
            return end((settledFailure(of: transaction) ?? failure).closing)
        }
        switch step {
        case .reset: if !reply.isPositive { return end(failure.closing) }
        case .mail: if !reply.isPositive { transaction.failure = failure }
        case .recipient(let address):
            if reply.isPositive {
                transaction.accepted.append(address)
            } else {
                let kind: SMTPFailure.Kind = reply.isPermanent ? .permanent : .transient
                transaction.rejected.append(SMTPRejection(recipient: address, reply: reply, kind: kind))
            }
        case .data: return receivedData(reply, failure, transaction)
        }
        return proceed(with: transaction)
    }

    private mutating func receivedData(
        _ reply: SMTPReply, _ failure: SMTPFailure, _ current: SMTPTransaction
    ) -> Action {
        var transaction = current
        let earlier = settledFailure(of: transaction)
        guard reply.code == 354 else {
            let ending = earlier ?? failure
            return end(failure.closesConnection ? ending.closing : ending)
        }
        transaction.failure = earlier
        transaction.phase = earlier == nil ? .body : .abandoned
        state = .transaction(transaction)
        return earlier == nil ? .writeBody : .write([.endOfData])
    }

    /// Sends the next step where steps go one by one, and stops early where the message has already failed.
    private mutating func proceed(with current: SMTPTransaction) -> Action {
        var transaction = current
        guard transaction.awaited.count == transaction.unsent.count, let next = transaction.unsent.first else {
            state = .transaction(transaction)
            return .wait
        }
        if let failure = settledFailure(of: transaction) { return end(failure) }
        transaction.unsent.removeFirst()
        state = .transaction(transaction)
        return .write([transaction.command(for: next)])
    }

    /// The failure that is certain already, whatever else comes: the sender or every recipient was refused.
    ///
    /// Of several refused recipients the first temporary refusal counts, as it leaves a chance.
    func settledFailure(of transaction: SMTPTransaction) -> SMTPFailure? {
        if let failure = transaction.failure { return failure }
        let isUndecided = transaction.awaited.contains { if case .recipient = $0 { true } else { false } }
        guard transaction.accepted.isEmpty, !isUndecided else { return nil }
        let first = transaction.rejected.first { $0.kind == .transient } ?? transaction.rejected.first
        return first.map {
            SMTPFailure(stage: .rcptTo, reply: $0.reply, recipient: $0.recipient, server: configuration.server)
        }
    }

    private func refusal(at stage: SMTPFailure.Stage, _ reply: SMTPReply) -> SMTPFailure {
        SMTPFailure(stage: stage, reply: reply, server: configuration.server)
    }

    private mutating func end(_ failure: SMTPFailure) -> Action {
        state = failure.closesConnection ? .closed : .ready(needsReset: true)
        return .failed(failure)
    }

    private func violation(
        of envelope: SMTPEnvelope, _ load: SMTPEnvelope.Load
    ) -> (SMTPFailure.Stage, SMTPPolicyViolation)? {
        if envelope.recipients.isEmpty { return (.rcptTo, .noRecipient) }
        if let limit = capabilities.maximumSize, load.size > limit {
            return (.mailFrom, .tooLarge(size: load.size, limit: limit))
        }
        guard !capabilities.offersSMTPUTF8 else { return nil }
        if let sender = envelope.sender, sender.requiresSMTPUTF8 { return (.mailFrom, .addressNeedsSMTPUTF8(sender)) }
        if let recipient = envelope.recipients.first(where: \.requiresSMTPUTF8) {
            return (.rcptTo, .addressNeedsSMTPUTF8(recipient))
        }
        return load.requiresSMTPUTF8 ? (.mailFrom, .headerNeedsSMTPUTF8) : nil
    }

    private func mailCommand(_ envelope: SMTPEnvelope, _ load: SMTPEnvelope.Load) -> SMTPCommand {
        let addresses = envelope.recipients + [envelope.sender].compactMap { $0 }
        var parameters: [String] = []
        if capabilities.offersSize { parameters.append("SIZE=\(load.size)") }
        if load.requiresSMTPUTF8 || addresses.contains(where: \.requiresSMTPUTF8) {
            parameters += ["SMTPUTF8", "BODY=8BITMIME"]
        }
        return .mailFrom(envelope.sender, parameters: parameters)
    }
}
