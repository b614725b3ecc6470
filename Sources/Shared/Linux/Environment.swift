internal import CLinux
import Glibc

/// The environment variables that this process was started with.
///
/// They are bytes (environ(7)), and invalid UTF-8 must reach a child unchanged. So each byte that is not part of a valid
/// character becomes one of the last private use scalars, U+10FF80 to U+10FFFF, and `bytes` turns these back. The bytes of
/// those scalars themselves are treated in the same way, so different bytes never become the same text.
package enum Environment {
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        var next = brigade_environment()
        while let entry = next?.pointee {
            // Search the bytes: in a String, a combining mark after the `=` would hide it.
            if let equals = strchr(entry, Int32(UInt8(ascii: "="))) {
                let name = text(of: UnsafeRawBufferPointer(start: entry, count: equals - entry))
                // The first of a name counts, as for getenv(3).
                if variables[name] == nil {
                    variables[name] = text(of: UnsafeRawBufferPointer(start: equals + 1, count: strlen(equals + 1)))
                }
            }
            next = next?.advanced(by: 1)
        }
        return variables
    }

    /// A text for these bytes. `bytes(of:)` returns the same bytes.
    package static func text(of bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isByte) {
            return text
        }
        var text = String.UnicodeScalarView()
        var rest = Array(bytes)[...]
        while let first = rest.first {
            if let scalar = scalar(at: rest), !isByte(scalar) {
                text.append(scalar)
                rest.removeFirst(UTF8.width(scalar))
            } else {
                text.append(Unicode.Scalar(base + UInt32(first)) ?? "\u{FFFD}")
                rest.removeFirst()
            }
        }
        return String(text)
    }

    /// The original bytes of a text from `text(of:)`; the UTF-8 of any other text.
    package static func bytes(of text: String) -> [UInt8] {
        guard text.unicodeScalars.contains(where: isByte) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in
            isByte(scalar) ? [UInt8(truncatingIfNeeded: scalar.value - base)] : Array(UTF8.encode(scalar)!)
        }
    }

    private static let base: UInt32 = 0x10_FF00

    private static func isByte(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= base + 0x80 }

    /// The character at the start; nil if the bytes there are invalid.
    private static func scalar(at bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        for count in 1...4 {
            if let text = String(validating: bytes.prefix(count), as: UTF8.self) { return text.unicodeScalars.first }
        }
        return nil
    }
}

/// The arguments of this process, with the program's name first. Invalid UTF-8 is treated as in `Environment`.
package enum ProcessArguments {
    package static let all: [String] = {
        var arguments: [String] = []
        while let argument = brigade_argument(Int32(arguments.count)) {
            arguments.append(
                Environment.text(of: UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
        }
        return arguments
    }()
}
