import Testing

@testable import CampaignDispatch
@testable import Mail

@Suite("What a failure means for a mail")
struct MailOutcomeTests {
    private func refused(
        _ code: Int, _ text: String, at stage: SMTPFailure.Stage, attempts: Int = 1
    ) -> (outcome: MailOutcome, failure: SMTPFailure) {
        let failure = SMTPFailure(stage: stage, reply: SMTPReply(code: code, lines: [text]), server: "mail:25")
        return (MailOutcome(failure, attempts: attempts), failure)
    }

    private func lost(_ loss: SMTPConnectionLoss, at stage: SMTPFailure.Stage, attempts: Int = 1) -> MailOutcome {
        MailOutcome(SMTPFailure(stage: stage, loss: loss, server: "mail:25"), attempts: attempts)
    }

    @Test(
        "an address is suppressed only when the server says that it is dead",
        arguments: [
            (550, "5.1.1 no such user", true), (553, "5.1.3 bad syntax", true), (550, "5.2.1 disabled", true),
            (550, "no such user", true), (552, "5.2.2 mailbox full", false),
            (550, "5.7.1 your address is listed", false),
            (554, "relay access denied", false), (552, "over quota", false),
        ])
    func suppression(code: Int, text: String, isSuppressed: Bool) {
        let (outcome, _) = refused(code, text, at: .rcptTo)
        #expect(outcome.state == .bounced)
        #expect(outcome.suppresses == isSuppressed)
        #expect(outcome.countsAttempt)
    }

    @Test("a mail is put off until its attempts are used up")
    func attempts() {
        #expect(refused(451, "4.7.1 later", at: .rcptTo, attempts: 5).outcome.state == .planned)
        let last = refused(451, "4.7.1 later", at: .rcptTo, attempts: 6).outcome
        #expect(last.state == .failed)
        #expect(last.reason == "given up after 6 attempts (451 4.7.1)")
        #expect(lost(.closedByServer, at: .body, attempts: 5).reason == "put off (connection lost)")
        #expect(lost(.closedByServer, at: .body, attempts: 6).state == .failed)
    }

    @Test("after the final dot only a reply makes it certain")
    func finalDot() {
        #expect(lost(.closedByServer, at: .finalResponse).state == .unknown)
        #expect(lost(.timedOut(.seconds(600)), at: .finalResponse, attempts: 6).state == .unknown)
        #expect(refused(451, "4.3.0 disk full", at: .finalResponse).outcome.state == .planned)
        #expect(refused(554, "5.7.1 spam", at: .finalResponse).outcome.reason == "mail refused (554 5.7.1)")
    }

    @Test(
        "what concerns every mail uses up no attempt and fails no mail",
        arguments: [
            (421, "try later", SMTPFailure.Stage.greeting), (535, "5.7.8 wrong password", .auth),
            (450, "4.2.1 slow down", .mailFrom), (553, "5.1.8 unknown sender", .mailFrom),
        ])
    func everyMail(code: Int, text: String, stage: SMTPFailure.Stage) {
        let (outcome, failure) = refused(code, text, at: stage, attempts: 6)
        #expect(failure.isAboutEveryMail)
        #expect(outcome.state == .planned && !outcome.countsAttempt)
    }

    @Test("a mail that is too large fails alone")
    func tooLarge() {
        let (outcome, failure) = refused(552, "5.3.4 too large", at: .mailFrom)
        #expect(!failure.isAboutEveryMail)
        #expect(outcome.state == .failed)
        let known = SMTPFailure(violation: .tooLarge(size: 2, limit: 1), stage: .mailFrom, server: "mail:25")
        #expect(!known.isAboutEveryMail)
        #expect(MailOutcome(known, attempts: 1).state == .failed)
    }

    @Test("an address that this server cannot take is no bounce")
    func needsUTF8() throws {
        let address = try EmailAddress("用户@shop.example")
        let failure = SMTPFailure(violation: .addressNeedsSMTPUTF8(address), stage: .rcptTo, server: "mail:25")
        let outcome = MailOutcome(failure, attempts: 1)
        #expect(outcome.state == .failed && !outcome.suppresses)
        #expect(outcome.reason == "the server cannot take it")
    }
}
