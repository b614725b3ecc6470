/// What tells one request, or one failure, from all others in logs and answers.
package enum RandomID {
    /// 16 hexadecimal digits.
    package static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
