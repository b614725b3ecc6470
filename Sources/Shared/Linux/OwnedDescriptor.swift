import Glibc

/// An open file that this value owns: it is closed when the value ends.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Gives the descriptor to somebody else, who closes it.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit {
        close(number)
    }
}
