extension JSON {
    /// Whether its text has more bytes than that, by a look at no more of it than needed. Escapes are not counted.
    func isLonger(than limit: Int) -> Bool {
        var room = limit
        return !fits(&room)
    }

    private func fits(_ room: inout Int) -> Bool {
        room -= 1
        if room < 0 { return false }
        switch self {
        case .null, .bool, .integer, .number: return true
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
}
