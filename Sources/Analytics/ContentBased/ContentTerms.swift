/// The terms of a text that its similarity to others is measured by.
///
/// Scripts that put no spaces between words (Chinese characters, kana) and Hangul give pairs of neighbouring characters,
/// or the character where it stands alone; other letters and digits give words, in small letters and without the English
/// plural. A text may mix them: `Tommy 棉质衬衫 shirts` gives `tommy`, `棉质`, `质衬`, `衬衫`, `shirt`. An apostrophe within a
/// word is passed over; every other sign ends it. Full-width letters and digits count as plain ones.
///
/// - Source: pairs of characters after Nie, Gao, Zhang and Zhou 2000, "On the use of words and n-grams for Chinese
///   information retrieval"; plurals after Harman 1991, "How effective is suffixing?" (the S stemmer).
public func contentTerms(_ text: String) -> [String] {
    var terms: [String] = []
    var word = ""
    var run: [Unicode.Scalar] = []
    func endWord() {
        guard !word.isEmpty else { return }
        terms.append(withoutPlural(word))
        word = ""
    }
    func endRun() {
        if run.count == 1 { terms.append(String(run[0])) }
        for (first, second) in zip(run, run.dropFirst()) {
            var pair = String(first)
            pair.unicodeScalars.append(second)
            terms.append(pair)
        }
        run.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
        let scalar = withoutFullWidth(scalar)
        if hasNoSpaces(scalar) {
            endWord()
            run.append(scalar)
        } else if isPartOfWord(scalar) {
            endRun()
            word += scalar.properties.lowercaseMapping
        } else if !(isApostrophe(scalar) && !word.isEmpty) {
            endWord()
            endRun()
        }
    }
    endWord()
    endRun()
    return terms
}

/// Letters and digits of the block of full-width forms are those of ASCII, further on.
private func withoutFullWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
}

private func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == "'" || scalar == "\u{2019}" }

private func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value | 0x20) }
    let properties = scalar.properties
    return properties.isAlphabetic || properties.generalCategory == .decimalNumber
        || properties.generalCategory == .nonspacingMark
}

/// Chinese characters with their extensions, kana and Hangul syllables (Unicode blocks).
private func hasNoSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3005, 0x3041...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0x20000...0x3FFFD:
        true
    default: false
    }
}

/// `berries` as `berry`, `dishes` as `dishe`, `cups` as `cup`; `glass`, `virus` and words of up to three letters stay.
private func withoutPlural(_ word: String) -> String {
    guard word.utf8.count > 3, word.hasSuffix("s"), word.utf8.allSatisfy({ $0 < 0x80 }) else { return word }
    if word.hasSuffix("ies"), !word.hasSuffix("eies"), !word.hasSuffix("aies") { return word.dropLast(3) + "y" }
    if word.hasSuffix("es"), !["aes", "ees", "oes"].contains(where: word.hasSuffix) { return String(word.dropLast()) }
    if word.hasSuffix("us") || word.hasSuffix("ss") { return word }
    return String(word.dropLast())
}
