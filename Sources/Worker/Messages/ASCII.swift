// Byte classes and hexadecimal digits, for every parser and encoder of a worker.
//
// Callers on the path of a request pass them in a closure, `{ $0.isASCIIDigit }`: the compiler does not inline a `package`
// function that is passed by its name to another module's code.
extension UInt8 {
    @inlinable @inline(__always) package var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    @inlinable @inline(__always) package var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    @inlinable @inline(__always) package var asciiLowercased: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }

    /// The value of a hexadecimal digit in either case; nil for other bytes.
    @inlinable @inline(__always) package var hexadecimalValue: UInt8? {
        if isASCIIDigit { return self - UInt8(ascii: "0") }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// - Parameter value: 0 to 15.
    @inlinable @inline(__always) package static func hexadecimalDigit(_ value: UInt8, uppercase: Bool = false) -> UInt8
    {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: uppercase ? "A" : "a") + value - 10
    }
}
