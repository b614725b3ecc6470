/// The version of this build, master and worker alike. It stands here and nowhere else; CHANGELOG.md tells what is in it.
package enum Version {
    package static let text = "0.1.0"
}
