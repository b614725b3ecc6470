extension JSON {
    /// Stands for what was left out.
    private static let ellipsis = "…"

    /// The value itself, or, where its text has more bytes than the limit, its beginning: a text ends with an ellipsis then,
    /// and so does a list; an object has a member of that name. Escapes are not counted, and no more is looked at than
    /// needed.
    /// - Parameter length: of the beginning, in bytes.
    func cut(beyond limit: Int, to length: Int) -> JSON {
        var room = limit
        if fits(&room) { return self }
        room = length
        return beginning(&room)
    }

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

    /// Of a value that does not fit.
    private func beginning(_ room: inout Int) -> JSON {
        room -= 1
        switch self {
        case .null, .bool, .integer, .number: return self
        case .longNumber(let text): return .string(JSON.beginning(of: text, &room))
        case .string(let text), .brokenString(let text): return .string(JSON.beginning(of: text, &room))
        case .array(let items):
            var kept: [JSON] = []
            for item in items {
                guard room > 0 else { break }
                kept.append(item.taken(&room))
            }
            if room <= 0 { kept.append(.string(JSON.ellipsis)) }
            return .array(kept)
        case .object(let members):
            var kept: [Member] = []
            for member in members {
                guard room > 0 else { break }
                let name = JSON.beginning(of: member.name, &room)
                kept.append(Member(name, member.value.taken(&room)))
            }
            if room <= 0 { kept.append(Member(JSON.ellipsis, .string(JSON.ellipsis))) }
            return .object(kept)
        }
    }

    private func taken(_ room: inout Int) -> JSON {
        let before = room
        if fits(&room) { return self }
        room = before
        return beginning(&room)
    }

    private static func beginning(of text: String, _ room: inout Int) -> String {
        let count = text.utf8.count
        defer { room -= count }
        guard count > room else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, room))
        // Not in the middle of a scalar.
        while text.utf8[end] & 0xc0 == 0x80 { text.utf8.formIndex(before: &end) }
        return text[..<end] + ellipsis
    }
}
