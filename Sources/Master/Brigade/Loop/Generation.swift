import Platform

/// What workers are started from: an executable that was opened once, and the environment that its settings make.
struct Generation {
    let executable: Executable
    let environment: [String: String]
}
