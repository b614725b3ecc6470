/// The kinds of settings that there are several of.
extension Setting {
    typealias Member<Value> = any WritableKeyPath<Settings, Value> & Sendable

    static func duration(
        _ flag: String, _ variable: String, _ change: Change, _ member: Member<Duration>, isPositive: Bool = false,
        _ help: String
    ) -> Setting {
        Setting(flag, variable, change, help) { text, settings throws(BadValue) in
            let duration = try Units.duration(text)
            guard !isPositive || duration > .zero else { throw BadValue("give more than 0s") }
            settings[keyPath: member] = duration
        } write: {
            Units.text($0[keyPath: member])
        }
    }

    /// `off` and zero are nil.
    static func duration(
        _ flag: String, _ variable: String, _ change: Change, orOff member: Member<Duration?>, _ help: String
    ) -> Setting {
        Setting(flag, variable, change, help) { text, settings throws(BadValue) in
            let duration = text.lowercased() == "off" ? .zero : try Units.duration(text, or: "off")
            settings[keyPath: member] = duration > .zero ? duration : nil
        } write: {
            $0[keyPath: member].map(Units.text) ?? "off"
        }
    }

    static func count(
        _ flag: String, _ variable: String, _ change: Change, _ member: Member<Int>, in range: ClosedRange<Int>,
        _ help: String
    ) -> Setting {
        Setting(flag, variable, change, help) { text, settings throws(BadValue) in
            settings[keyPath: member] = try Units.count(text, in: range)
        } write: {
            String($0[keyPath: member])
        }
    }

    static func size(
        _ flag: String, _ variable: String, _ change: Change, _ member: Member<Int>, in range: ClosedRange<Int>,
        _ help: String
    ) -> Setting {
        Setting(flag, variable, change, help) { text, settings throws(BadValue) in
            let size = try Units.size(text)
            guard range.contains(size) else {
                let (least, most) = (Units.text(size: range.lowerBound), Units.text(size: range.upperBound))
                throw BadValue("give a size from \(least) to \(most)")
            }
            settings[keyPath: member] = size
        } write: {
            Units.text(size: $0[keyPath: member])
        }
    }

    /// A text that must not be empty.
    static func text(
        _ flag: String, _ variable: String, _ change: Change, _ member: Member<String?>, _ advice: String,
        _ help: String
    ) -> Setting {
        Setting(flag, variable, change, help) { text, settings throws(BadValue) in
            guard !text.isEmpty, !text.hasSuffix("/") else { throw BadValue(advice) }
            settings[keyPath: member] = text
        } write: {
            $0[keyPath: member]
        }
    }
}
