/// The names of variables that mean something to the server.
enum KnownVariables {
    static let all = Set(Setting.all.map(\.variable) + LaterSetting.all.map(\.variable) + ["HOST", "PORT"])

    /// What begins like this is the server's own.
    static let prefix = "BRIGADE_"

    /// `: did you mean ...?`, or nothing.
    static func question(about name: String) -> String {
        (named(name) ?? Spelling.suggestion(for: name, among: all)).map { ": did you mean \($0)?" } ?? ""
    }

    /// The variable of the setting that goes by this name elsewhere: by its flag's, as WORKERS, or by the prefix and
    /// either, as BRIGADE_WORKERS and BRIGADE_WEB_CONCURRENCY.
    static func named(_ name: String) -> String? {
        let name = name.uppercased()
        let word = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        if word != name, all.contains(word) { return word }
        return byFlag[word]
    }

    private static let byFlag: [String: String] = {
        let flags = Setting.all.map { ($0.flag, $0.variable) } + LaterSetting.all.map { ($0.flag, $0.variable) }
        let pairs = flags.map { ($0.uppercased().replacing("-", with: "_"), $1) }
        return Dictionary(pairs) { first, _ in first }
    }()
}
