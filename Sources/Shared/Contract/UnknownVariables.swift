/// Variables of the environment that look like the server's own and are not.
enum UnknownVariables {
    static func warnings(about environment: [String: String]) -> [String] {
        environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(KnownVariables.prefix), !KnownVariables.all.contains(name),
                !Inheritance.names.contains(name), !isInjected(name, environment[name] ?? "")
            else { return nil }
            return "\(name) in the environment: there is no such setting\(KnownVariables.question(about: name))"
        }
    }

    /// Kubernetes tells every container of a namespace of every service in it: of one called brigade or brigade-x by
    /// BRIGADE_X_SERVICE_HOST, BRIGADE_X_SERVICE_PORT_HTTP, BRIGADE_X_PORT=tcp://... and BRIGADE_X_PORT_80_TCP_ADDR.
    static func isInjected(_ name: String, _ value: String) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        if name.hasSuffix("_PORT"), value.contains("://") { return true }
        for index in words.indices.dropFirst() {
            let rest = Array(words[index...])
            switch rest.first {
            case "SERVICE" where rest == ["SERVICE", "HOST"] || rest.starts(with: ["SERVICE", "PORT"]): return true
            case "PORT":
                guard rest.count == 3 || rest.count == 4, UInt16(rest[1]) != nil else { continue }
                guard ["TCP", "UDP", "SCTP"].contains(rest[2]) else { continue }
                if rest.count == 3 || ["PROTO", "PORT", "ADDR"].contains(rest[3]) { return true }
            default: continue
            }
        }
        return false
    }
}
