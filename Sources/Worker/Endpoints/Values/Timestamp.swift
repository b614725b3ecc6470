/// A Unix timestamp as pydantic takes it: seconds, or, of a number beyond 20 thousand million, milliseconds.
struct Timestamp {
    private let number: Double

    /// Nil for JSON that is no number.
    init?(_ json: JSON) {
        guard let number = json.double else { return nil }
        self.number = number
    }

    /// Nil for text that is no plain number: digits, perhaps a sign and a fraction.
    init?(text: String) {
        let isPlain = text.utf8.allSatisfy { $0.isASCIIDigit || "+-.".utf8.contains($0) }
        guard isPlain, text.utf8.contains(where: \.isASCIIDigit), let number = Double(text) else { return nil }
        guard number.magnitude < 0x1p63 else { return nil }
        self.number = number
    }

    /// Since 1 January 1970.
    /// - Throws: outside the years 0 to 9999.
    func microseconds() throws(DateTimeText.Fault) -> Int {
        let seconds = number.magnitude > 2e10 ? number / 1000 : number
        guard seconds < 253_402_300_800 else {
            throw .init("dates after 9999 are not supported as unix timestamps")
        }
        guard seconds >= -62_167_219_200 else {
            throw .init("dates before 0000 are not supported as unix timestamps")
        }
        return Int((seconds * 1e6).rounded())
    }
}
