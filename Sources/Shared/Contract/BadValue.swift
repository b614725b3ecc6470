/// A text that is no value of its setting: what is wrong, and what would be right.
package struct BadValue: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
