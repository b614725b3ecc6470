/// What can stand behind a key: one word.
protocol FactValue {
    init?(text: String)
    var text: String { get }
}

extension Int: FactValue {
    init?(text: String) { self.init(text) }
    var text: String { String(self) }
}

extension Bool: FactValue {
    init?(text: String) {
        switch text {
        case "yes": self = true
        case "no": self = false
        default: return nil
        }
    }

    var text: String { self ? "yes" : "no" }
}

extension String: FactValue {
    init?(text: String) { self = text }
    var text: String { self }
}

/// Any text as one word: all but visible ASCII, and `%`, as `%XX` for each byte.
struct Words: FactValue {
    let value: String

    init(_ value: String) {
        self.value = value
    }

    init?(text: String) {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let escaped = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                return nil
            }
            bytes.append(escaped)
            rest.removeFirst(2)
        }
        guard let value = String(validating: bytes, as: UTF8.self) else { return nil }
        self.value = value
    }

    var text: String {
        value.utf8.map { byte in
            if (0x21...0x7e).contains(byte), byte != UInt8(ascii: "%") { return String(Unicode.Scalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// In nanoseconds.
extension Duration: FactValue {
    private static let nanosecond = Int128(1_000_000_000)

    init?(text: String) {
        // More than 64 bits can be in a setting, though in no clock.
        guard let nanoseconds = Int128(text), nanoseconds.magnitude < 1 << 80 else { return nil }
        self.init(attoseconds: nanoseconds * Self.nanosecond)
    }

    var text: String { String(attoseconds / Self.nanosecond) }
}

extension Optional: FactValue where Wrapped: FactValue {
    init?(text: String) {
        if text == "none" {
            self = nil
        } else {
            guard let value = Wrapped(text: text) else { return nil }
            self = value
        }
    }

    var text: String { self?.text ?? "none" }
}

/// The names of the cases are the words.
extension FactValue where Self: CaseIterable {
    init?(text: String) {
        guard let value = Self.allCases.first(where: { $0.text == text }) else { return nil }
        self = value
    }

    var text: String { "\(self)" }
}

extension StopStage: FactValue {}
extension Effect.Outcome: FactValue {}
extension Reload.Step: FactValue {}
