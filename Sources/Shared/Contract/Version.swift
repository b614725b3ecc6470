/// The version of this build, of master and worker. It is written here only.
package enum Version {
    package static let text = "0.1.0"

    /// The version of Swift that it was built with.
    package static let compiler: String = {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }()
}
