import FoundationEssentials

/// JSON of the reports about the server, for the control socket's clients and for the dashboard: on one line, with names in
/// snake case. Times are in seconds.
enum ReportJSON {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Every value is a text, a finite number or null.
        guard let data = try? encoder.encode(value) else { preconditionFailure("a report cannot be encoded") }
        return String(decoding: data, as: UTF8.self)
    }
}

extension Duration {
    /// To the microsecond, and not below zero: clocks are read at different moments.
    var seconds: Double {
        let (seconds, attoseconds) = max(.zero, self).components
        return Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1_000_000
    }
}
