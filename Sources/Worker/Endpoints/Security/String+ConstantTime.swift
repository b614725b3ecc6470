extension String {
    /// Whether both are the same octets, in a time that tells nothing of where they differ: for keys and tokens, so that
    /// nobody can guess one a character at a time. It does tell whether the lengths differ. Passwords are for a hash
    /// that is made for them.
    public func isEqualInConstantTime(to other: String) -> Bool {
        let (one, other) = (Array(utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
