import Brigade

extension RecipeSettings {
    /// The origins of a JSON list, or of a list with commas between, in the form in which browsers send them.
    static func origins(_ text: String) throws(SettingError) -> [String] {
        var origins: [String] = []
        for item in try items(of: text) { origins.append(try origin(item)) }
        return origins
    }

    private static func items(of text: String) throws(SettingError) -> [String] {
        let trimmed = text.drop { $0.isWhitespace }
        guard trimmed.hasPrefix("[") else {
            let items = text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
            return items.filter { !$0.isEmpty }
        }
        if case .array(let items)? = try? JSON(parsing: Array(text.utf8)) {
            let texts = items.compactMap { item -> String? in if case .string(let text) = item { text } else { nil } }
            if texts.count == items.count { return texts }
        }
        throw refused("\(text) is no JSON list of strings")
    }

    /// Scheme, host and port. What follows them could never be an origin's, and would let nobody in.
    private static func origin(_ text: String) throws(SettingError) -> String {
        let url: WebURL
        do throws(WebURLError) {
            url = try WebURL(parsing: text)
        } catch {
            throw refused("\"\(text)\" is no origin")
        }
        let origin = url.text.dropLast()
        let authority = origin.drop { $0 != "/" }.dropFirst(2)
        guard url.text.hasSuffix("/"), !authority.contains(where: { "/?#@".contains($0) }) else {
            throw refused("\"\(text)\" is more than an origin")
        }
        return String(origin)
    }

    private static func refused(_ reason: String) -> SettingError {
        SettingError(
            name: "BACKEND_CORS_ORIGINS",
            reason: "\(reason); write it like [\"https://shop.example\", \"http://localhost:3000\"]")
    }
}
