/// A setting of the design that this version does not have yet: whoever counts on it is told.
package struct LaterSetting: Sendable {
    package let flag: String
    package let variable: String
    /// What may be said all the same, because it is so anyway.
    let accepted: String
    /// How it is now.
    let reason: String

    package static let all = [
        LaterSetting(
            flag: "metrics-bind", variable: "METRICS_BIND", accepted: "off", reason: "this version serves no metrics"),
        LaterSetting(
            flag: "log-format", variable: "LOG_FORMAT", accepted: "text",
            reason: "this version logs text and no 'json'"),
        LaterSetting(
            flag: "forwarded-allow-ips", variable: "FORWARDED_ALLOW_IPS", accepted: "off",
            reason: "this version takes no proxy's word for who the client is"),
    ]

    /// - Returns: a warning, when the text comes from where it may be meant for somebody else.
    /// - Throws: that it is not there yet, when it is meant for this server.
    func judge(_ found: SettingSources.Found) throws(SettingsError) -> String? {
        guard found.text.lowercased() != accepted else { return nil }
        guard let variable = found.sharedVariable else {
            throw SettingsError("\(found.name) is not there yet: \(reason); give \(accepted), or leave it out")
        }
        return "\(found.name): '\(found.shownText)' is passed over: \(reason); "
            + "to silence this, unset \(variable) or give --\(flag) \(accepted)"
    }
}
