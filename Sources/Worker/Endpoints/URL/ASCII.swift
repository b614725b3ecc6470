extension UInt8 {
    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    var asciiLowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        if isASCIIDigit { return self - UInt8(ascii: "0") }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}
