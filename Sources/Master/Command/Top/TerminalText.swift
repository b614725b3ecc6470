/// Text in the cells of a terminal.
enum TerminalText {
    /// The text, cut so that it fits. It must have no control characters.
    static func fit(_ text: String, _ columns: Int) -> String {
        if text.utf8.count <= columns { return text }
        var width = 0
        var fitting = ""
        for character in text {
            width += self.width(of: character)
            if width > columns { break }
            fitting.append(character)
        }
        return fitting
    }

    /// One cell or two (East Asian wide characters and emoji, UAX #11), and none for a mark that combines.
    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default:
            let category = scalar.properties.generalCategory
            return category == .nonspacingMark || category == .format ? 0 : 1
        }
    }
}
