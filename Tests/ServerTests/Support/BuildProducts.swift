import Foundation

/// The programs that the build of these tests made beside them.
enum BuildProducts {
    static let brigade = chosen + "/brigade"
    static let worker = chosen + "/recipe-worker"
    static let faultyWorker = folder + "/faulty-worker"

    /// BUILT names the folder of another build of the two that are shipped.
    private static let chosen = ProcessInfo.processInfo.environment["BUILT"] ?? folder

    /// The repository.
    static let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").replacing(
        "//", with: "/")

    private static let folder: String = {
        // The test bundle is named on the command line, or is the program itself.
        let bundles =
            CommandLine.arguments + [
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
            ]
        let folders = bundles.map { URL(filePath: $0).deletingLastPathComponent().path }
        return folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/brigade") } ?? "(not built)"
    }()
}
