import Contract
import Glibc
import Linux
import Testing

/// The env file on a disk.
@Suite struct EnvFileReadingTests {
    @Test func anEnvFileIsReadFromDisk() throws {
        let path = "/tmp/brigade-tests-\(getpid()).env"
        let number = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer {
            close(number)
            unlink(path)
        }
        let text = "A=\(String(repeating: "x", count: 200_000))\nB=2\n"
        #expect(write(number, text, text.utf8.count) == text.utf8.count)
        let file = try EnvFile(path: path)
        #expect(file.entries["A"]?.value.utf8.count == 200_000)
        #expect(file.entries["B"]?.line == 2)
        #expect(ftruncate(number, 2 << 20) == 0)
        let large = #expect(throws: SettingsError.self) { try EnvFile(path: path) }
        #expect(large?.description == "the env file \(path) cannot be read: it is larger than 1MiB")
    }

    @Test(arguments: [
        ("/tmp", "it is not a regular file"), ("/dev/null", "it is not a regular file"),
        ("/no/such", "No such file or directory"),
    ])
    func whatIsNoFileIsNotRead(path: String, reason: String) {
        let error = #expect(throws: SettingsError.self) { try EnvFile(path: path) }
        #expect(error?.description == "the env file \(path) cannot be read: \(reason)")
    }

    @Test func anErrorNamesAMissingFile() {
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings.reading(flags: [:], environment: ["BRIGADE_ENV_FILE": "/no/such.env"])
        }
        #expect(error?.description == "the env file /no/such.env cannot be read: No such file or directory")
    }

    @Test func anOptionalFileIsReadIfItExists() throws {
        let path = "/tmp/brigade-tests-sources-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).env"
        func reading() throws -> ResolvedSettings {
            try ResolvedSettings.reading(flags: [:], environment: ["BRIGADE_ENV_FILE": "-\(path)"])
        }
        let without = try reading()
        #expect(without.file == nil)
        #expect(without.settings.envFile == "-\(path)")
        defer { unlink(path) }
        #expect(mkfifo(path, 0o600) == 0)
        // Anything else that keeps it from being read is as wrong as ever.
        let error = #expect(throws: SettingsError.self) { try reading() }
        #expect(error?.description == "the env file \(path) cannot be read: it is not a regular file")
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        #expect(write(file, "BACKLOG=9\n", 10) == 10)
        close(file)
        let with = try reading()
        #expect(with.file == path)
        #expect(with.settings.backlog == 9)
        #expect(with.sources["backlog"] == .file(path: path, line: 1))
        #expect(throws: SettingsError.self) {
            try ResolvedSettings.reading(flags: ["env-file": ["-"]], environment: [:])
        }
    }
}
