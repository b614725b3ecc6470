package import Contract
package import Linux

/// An address at which nobody can listen. Its text says what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter setting: by which another address is chosen.
    package init(_ address: BindAddress, _ failure: ListenFailure, choosing setting: String = "--bind") {
        description = "cannot listen on \(address): \(failure.text(choosing: setting))"
    }

    package init(_ description: String) {
        self.description = description
    }
}
