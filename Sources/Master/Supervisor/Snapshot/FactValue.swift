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
