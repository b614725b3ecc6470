import Contract
import Linux
import Logging

/// What is wrong and does no harm, for whoever asked at a terminal.
enum Warnings {
    static func write(_ warnings: [String]) {
        for warning in warnings {
            LogOutput.tell("brigade: warning: \(warning.visible)", .warning)
        }
    }
}
