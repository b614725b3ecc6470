import Messages

extension ContentError {
    /// Why the content of a request was refused.
    init(_ refusal: Refusal) {
        let code: Code =
            switch refusal.status {
            case .contentTooLarge: .tooLarge
            case .requestTimeout: .stalled
            case _ where refusal == .incomplete: .incomplete
            default: .malformed
            }
        self.init(code, refusal.detail)
    }

    /// What a client is told whose content no handler could read; nil for what is not the client's fault.
    var response: Response? {
        let status: Status
        switch code {
        case .tooLarge: status = .contentTooLarge
        case .stalled: status = .requestTimeout
        case .incomplete, .malformed: status = .badRequest
        default: return nil
        }
        return Refusal(status, description).response
    }
}
