/// The version of this build, of master and worker. It is written here only.
package enum Version {
    package static let text = "0.1.0"
}
