import Glibc

/// An open descriptor that this value owns. It is closed at the end of the value.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes ownership of an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Gives up ownership: the caller must close the descriptor.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit {
        close(number)
    }
}
