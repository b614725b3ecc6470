internal import CLinux

/// The environment variables that this process was started with.
package enum Environment {
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        var next = brigade_environment()
        while let entry = next?.pointee {
            let text = String(cString: entry)
            // The first of a name counts, as it does for getenv(3).
            if let equals = text.firstIndex(of: "="), variables[String(text[..<equals])] == nil {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next = next?.advanced(by: 1)
        }
        return variables
    }
}
