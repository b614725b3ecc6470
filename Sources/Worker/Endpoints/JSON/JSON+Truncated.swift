extension JSON {
    /// Marks what was left out.
    private static let ellipsis = "…"

    /// The value itself; or, if its text is longer than the limit, its beginning. A truncated string ends with an ellipsis,
    /// so does a truncated array, and a truncated object has a member of that name.
    ///
    /// Escapes are not counted. The cost depends on the limit, not on the size of the value.
    /// - Parameters:
    ///   - length: of the beginning, in bytes.
    ///   - limit: of a value that is returned whole, in bytes.
    func truncated(to length: Int, ifLongerThan limit: Int) -> JSON {
        var room = limit
        if fits(&room) { return self }
        room = length
        return prefix(&room)
    }

    /// Whether the value fits in the room; its length is subtracted.
    private func fits(_ room: inout Int) -> Bool {
        room -= 1
        if room < 0 { return false }
        switch self {
        case .null, .bool, .integer, .number: return true
        case .longNumber(let text):
            room -= text.utf8.count
            return room >= 0
        case .string(let text), .brokenString(let text):
            room -= text.utf8.count
            return room >= 0
        case .array(let items):
            for item in items where !item.fits(&room) { return false }
            return true
        case .object(let members):
            for member in members {
                room -= member.name.utf8.count
                guard member.value.fits(&room) else { return false }
            }
            return true
        }
    }

    /// The beginning of a value that does not fit.
    private func prefix(_ room: inout Int) -> JSON {
        room -= 1
        switch self {
        case .null, .bool, .integer, .number: return self
        case .longNumber(let text): return .string(JSON.prefix(of: text, &room))
        case .string(let text), .brokenString(let text): return .string(JSON.prefix(of: text, &room))
        case .array(let items):
            var kept: [JSON] = []
            for item in items {
                guard room > 0 else { break }
                kept.append(item.wholeOrPrefix(&room))
            }
            if room <= 0 { kept.append(.string(JSON.ellipsis)) }
            return .array(kept)
        case .object(let members):
            var kept: [Member] = []
            for member in members {
                guard room > 0 else { break }
                let name = JSON.prefix(of: member.name, &room)
                kept.append(Member(name, member.value.wholeOrPrefix(&room)))
            }
            if room <= 0 { kept.append(Member(JSON.ellipsis, .string(JSON.ellipsis))) }
            return .object(kept)
        }
    }

    private func wholeOrPrefix(_ room: inout Int) -> JSON {
        let before = room
        if fits(&room) { return self }
        room = before
        return prefix(&room)
    }

    private static func prefix(of text: String, _ room: inout Int) -> String {
        let count = text.utf8.count
        defer { room -= count }
        guard count > room else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, room))
        // Not in the middle of a scalar.
        while text.utf8[end] & 0xc0 == 0x80 { text.utf8.formIndex(before: &end) }
        return text[..<end] + ellipsis
    }
}
