import ArgumentParser
import Contract

/// The settings as flags: an option for each declaration in `SettingsSchema`.
///
/// ArgumentParser finds options by reflection and decodes them by name. This type answers both from the schema, so that no
/// setting needs a property here. Values are texts: the schema reads them, and says what is wrong with them. So
/// `--workers -1` is a flag with a value, not two flags.
struct SettingOptions: ParsableArguments, CustomReflectable {
    /// What was given, by flag.
    private(set) var texts: [String: [String]] = [:]

    init() {}

    var customMirror: Mirror {
        Mirror(
            self,
            children: SettingsSchema.all.map { ($0.flag, Self.argument(for: $0)) })
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: FlagKey.self)
        for setting in SettingsSchema.all {
            let key = FlagKey(stringValue: setting.flag)
            switch setting.syntax {
            case .option:
                texts[setting.flag] = try values.decode(Option<String?>.self, forKey: key).wrappedValue.map { [$0] }
            case .repeatableOption:
                texts[setting.flag] = try values.decode(Option<[String]>.self, forKey: key).wrappedValue
            case .onOff:
                let isOn = try values.decode(Flag<Bool?>.self, forKey: key).wrappedValue
                texts[setting.flag] = isOn.map { [$0 ? "on" : "off"] }
            }
        }
    }

    private static func argument(for setting: any SettingDeclaration) -> Any {
        let name = NameSpecification(
            [.customLong(setting.flag)] + (setting.shortFlag.map { [.customShort($0)] } ?? []))
        return switch setting.syntax {
        case .option: option(setting.flag, short: setting.shortFlag, help: help(setting))
        case .repeatableOption:
            Option<[String]>(wrappedValue: [], name: name, parsing: .unconditionalSingleValue, help: help(setting))
        case .onOff: Flag<Bool?>(name: name, inversion: .prefixedNo, help: help(setting))
        }
    }

    private static func option(_ flag: String, short: Character? = nil, help: ArgumentHelp) -> Option<String?> {
        let name = NameSpecification([.customLong(flag)] + (short.map { [.customShort($0)] } ?? []))
        return Option<String?>(name: name, parsing: .unconditional, help: help)
    }

    private static func help(_ setting: any SettingDeclaration) -> ArgumentHelp {
        let defaultValue = setting.defaultDescription.map { "; default: \($0.filter { $0 != "`" })" } ?? ""
        return ArgumentHelp(
            "\(setting.help) (\(setting.variable)\(defaultValue))", valueName: setting.valueName)
    }

    private struct FlagKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
