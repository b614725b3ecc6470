/// What a scheme asks of the rest of a URL (URL Standard, section 3.1 and "special scheme").
enum URLScheme: Equatable {
    /// http and https.
    case web(defaultPort: UInt32)
    /// ftp, ws and wss: sound in the same way as http.
    case special
    case file
    /// All others: the host is opaque, and a backslash is no slash.
    case other

    /// - Parameter name: in lower case.
    init(name: some Collection<UInt8>) {
        self =
            switch String(decoding: name, as: UTF8.self) {
            case "http": .web(defaultPort: 80)
            case "https": .web(defaultPort: 443)
            case "ftp", "ws", "wss": .special
            case "file": .file
            default: .other
            }
    }

    var isSpecial: Bool { self != .other }
}
