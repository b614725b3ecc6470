/// A setting of the design that this version does not have yet: whoever counts on it is told.
package struct LaterSetting: Sendable {
    package let flag: String
    package let variable: String
    /// What may be said all the same, because it is so anyway.
    let accepted: Set<String>
    /// How it is now.
    let reason: String

    package static let all = [
        LaterSetting(
            flag: "metrics-bind", variable: "METRICS_BIND", accepted: ["off"],
            reason: "this version serves no metrics; leave it out"),
        LaterSetting(
            flag: "log-format", variable: "LOG_FORMAT", accepted: ["text"],
            reason: "this version logs text and no 'json'; give text, or leave it out"),
        LaterSetting(
            flag: "forwarded-allow-ips", variable: "FORWARDED_ALLOW_IPS", accepted: [],
            reason: "this version takes no proxy's word for who the client is; leave it out"),
    ]

    /// - Parameter source: which flag or key it is, and where it stands.
    func refuse(_ text: String, from source: String) throws(SettingsError) {
        guard accepted.contains(text) else { throw SettingsError("\(source) is not there yet: \(reason)") }
    }
}
