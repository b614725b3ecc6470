/// Everything that a master and its workers can be told: a value for each setting of the schema, by the name of its
/// property there, as in `settings.gracefulTimeout`.
///
/// Read a setting once, at start: each access looks it up.
@dynamicMemberLookup
package struct Settings: Equatable, Sendable {
    package static let schema = SettingsSchema()

    /// By flag. What is not here has its default.
    private var values: [String: any StoredValue] = [:]

    package init() {}

    package subscript<Value>(dynamicMember setting: KeyPath<SettingsSchema, Setting<Value>>) -> Value {
        get { self[Self.schema[keyPath: setting]] }
        set { self[Self.schema[keyPath: setting]] = newValue }
    }

    subscript<Value>(setting: Setting<Value>) -> Value {
        get { (values[setting.flag] as? Stored<Value>)?.value ?? setting.defaultValue }
        set { values[setting.flag] = newValue == setting.defaultValue ? nil : Stored(value: newValue) }
    }

    package static func == (one: Settings, other: Settings) -> Bool {
        one.values.count == other.values.count
            && one.values.allSatisfy { flag, value in other.values[flag].map(value.isEqual) ?? false }
    }

    /// What flags and an environment give, without an env file: a worker is given everything in its environment.
    /// - Throws: what is wrong with a value, with its name and where it was set.
    package static func resolved(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> Settings {
        try ResolvedSettings(flags: flags, environment: environment, file: nil).settings
    }

    /// The text of each setting by its environment variable, as a worker gets them. A setting without a value is not
    /// there.
    package var environment: [String: String] {
        var variables: [String: String] = [:]
        for setting in SettingsSchema.all { variables[setting.variable] = setting.text(in: self) }
        return variables
    }

    /// The default of `buffer-memory` in bytes, for a worker that may use so much memory: a quarter of it, and at most
    /// 256 MiB.
    package static func bufferMemory(of memory: Int?) -> Int {
        min((memory ?? .max) / 4, 256 << 20)
    }
}

private protocol StoredValue: Sendable {
    func isEqual(_ other: any StoredValue) -> Bool
}

private struct Stored<Value: Equatable & Sendable>: StoredValue {
    let value: Value

    func isEqual(_ other: any StoredValue) -> Bool { (other as? Stored<Value>)?.value == value }
}
