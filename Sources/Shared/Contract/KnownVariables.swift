/// The names of variables that mean something to the server.
enum KnownVariables {
    static let all = Set(Setting.all.map(\.variable) + LaterSetting.all.map(\.variable) + ["HOST", "PORT"])

    /// What begins like this is the server's own.
    static let prefix = "BRIGADE_"

    /// `: did you mean ...?`, or nothing.
    static func question(about name: String) -> String {
        Spelling.suggestion(for: name, among: all).map { ": did you mean \($0)?" } ?? ""
    }
}
