import Glibc

/// The rights that new files do not get (umask(2)); children inherit it.
package enum Umask {
    /// - Parameter mask: of the lowest nine bits.
    package static func set(_ mask: Int) {
        umask(mode_t(mask & 0o777))
    }
}
