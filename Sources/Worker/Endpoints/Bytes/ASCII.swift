// Helpers for ASCII and UTF-8 bytes.

extension UInt8 {
    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    var asciiLowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit in either case; nil for other bytes.
    var hexadecimalValue: UInt8? {
        if isASCIIDigit { return self - UInt8(ascii: "0") }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// - Parameter value: 0 to 15.
    static func hexadecimalDigit(_ value: UInt8, uppercase: Bool = false) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: uppercase ? "A" : "a") + value - 10
    }
}

extension Span<UInt8> {
    /// FNV-1a. It is fast, but inputs that collide are easy to make: a caller must stay fast if all hashes are equal.
    var fnv1aHash: UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in indices { hash = (hash ^ UInt32(self[index])) &* 0x0100_0193 }
        return hash
    }
}

extension String {
    /// Whether both have the same code points. (`==` also takes canonically equivalent strings for equal.)
    func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
