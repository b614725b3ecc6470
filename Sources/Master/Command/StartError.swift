import Contract

/// Why a master does not start: one line for whoever started it, which names the thing and says what to do.
struct StartError: Error, CustomStringConvertible {
    let code: ExitCode
    let description: String

    init(_ code: ExitCode, _ description: String) {
        self.code = code
        self.description = description
    }
}
