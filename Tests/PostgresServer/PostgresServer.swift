import Foundation
import Postgres
import Synchronization

/// A PostgreSQL server of a test's own: `Tests/postgres.sh`. It ends with this value, or with the test's process.
package final class PostgresServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// For tests that do not stop it. Each has a database of its own.
    package static let shared = Result { try PostgresServer() }

    /// Of the superuser, and the database `postgres`.
    package let url: String
    private let directory: String
    private let process: Process
    private let input = Pipe()
    private let lastDatabase = Mutex(0)

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "postgres.sh").path

    package init() throws {
        process = Process()
        process.executableURL = URL(filePath: Self.script)
        process.arguments = ["run"]
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // The descriptors of this process would keep the other end open.
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        var line = ""
        while !line.hasSuffix("\n"), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            line += String(decoding: byte, as: UTF8.self)
        }
        let words = line.split(whereSeparator: \.isWhitespace).map { String($0) }
        guard words.count == 2 else { throw Failure(description: "\(Self.script) run: it did not start a server") }
        (url, directory) = (words[0], words[1])
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    package var port: UInt16 { UInt16(url.split(separator: ":").last!.prefix { $0.isNumber })! }

    /// Makes an empty database.
    /// - Returns: its URL.
    package func makeDatabase(_ options: String = "") throws -> String {
        let number = lastDatabase.withLock { number in
            number += 1
            return number
        }
        let name = "test\(number)"
        try execute("CREATE DATABASE \(name) \(options)")
        return url.dropLast("postgres".count) + name
    }

    /// Executes a statement as the superuser.
    /// - Parameter url: nil for the database `postgres`.
    @discardableResult
    package func execute(_ sql: String, on url: String? = nil) throws -> [[String?]] {
        let connection = try BlockingConnection(PostgresURL(url ?? self.url), applicationName: "test")
        return try connection.execute(sql)
    }

    // MARK: Faults

    package func start() throws { try run("start") }

    package func stop() throws { try run("stop") }

    /// Kills all of its processes.
    package func kill() throws { try run("kill") }

    /// Lets it accept TLS, soon.
    /// - Returns: the file with its certificate, which names 127.0.0.1.
    package func startTLS() throws -> String {
        try run("tls")
        return "\(directory)/certificate.pem"
    }

    /// Settings of the server's own, for its next start.
    package func configure(_ settings: String) throws {
        try settings.write(toFile: "\(directory)/settings.conf", atomically: false, encoding: .utf8)
        chmod("\(directory)/settings.conf", 0o644)
    }

    package func signal(_ number: Int32) throws {
        let file = try String(contentsOfFile: "\(directory)/data/postmaster.pid", encoding: .utf8)
        Glibc.kill(pid_t(file.split(separator: "\n")[0])!, number)
    }

    private func run(_ verb: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.script)
        process.arguments = [verb, directory]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(Self.script) \(verb): exit code \(process.terminationStatus)")
        }
    }
}
