import TestSupport

import Endpoints

extension String {
    /// Up to twelve code points below U+0300.
    static func random(using random: inout SeededGenerator) -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x2FF, using: &random)) ?? "🍗"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension JSON {
    static func random(depth: Int, using random: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.small(.random(in: .min ... .max, using: &random)))
        case 3: return .integer(.large("-9" + String(repeating: "7", count: Int.random(in: 19...60, using: &random))))
        case 4: return .number(Double(bitPattern: random.next() & 0xBFFF_FFFF_FFFF_FFFF))
        case 5: return .string(.random(using: &random))
        case 6:
            let count = Int.random(in: 0...5, using: &random)
            return .array((0..<count).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            let count = Int.random(in: 0...20, using: &random)
            return .object(
                (0..<count).map { index in
                    .init("\(index)" + String.random(using: &random), .random(depth: depth - 1, using: &random))
                })
        }
    }
}
