import Contract
import Linux
import Glibc
import Testing

@Suite struct EnvFileTests {
    private func values(_ text: String) throws -> [String: String] {
        try EnvFile(path: "f", bytes: Array(text.utf8)).entries.mapValues(\.value)
    }

    @Test func whatAllReadersShareIsUnderstood() throws {
        let text = """
            # a comment, with A=1 in it
              # and one behind blanks

            PLAIN=value
              BEHIND_BLANKS=1
            SPACES=two words, and more
            SIGNS=a=b==c
            QUOTE=it's "so"
            DOLLAR=5$ or $5
            EMPTY=
            _under9=ü
            """
        let expected = [
            "PLAIN": "value", "BEHIND_BLANKS": "1", "SPACES": "two words, and more", "SIGNS": "a=b==c",
            "QUOTE": "it's \"so\"", "DOLLAR": "5$ or $5", "EMPTY": "", "_under9": "ü",
        ]
        #expect(try values(text) == expected)
        #expect(try values(text.split(separator: "\n").joined(separator: "\r\n") + "\r\n") == expected)
        #expect(try values("") == [:])
    }

    @Test func ofAKeyThatIsGivenTwiceTheLastCounts() throws {
        let file = try EnvFile(path: "f", bytes: Array("A=1\nB=2\nA=3\n".utf8))
        #expect(file.entries.mapValues(\.value) == ["A": "3", "B": "2"])
        #expect(file.entries.mapValues(\.line) == ["A": 3, "B": 2])
    }

    @Test(arguments: [
        ("A=\"two words\"", "the value of A is in quotes, which Docker would keep; leave them out"),
        ("A='x'", "the value of A is in quotes, which Docker would keep; leave them out"),
        ("A=`x`", "the value of A is in quotes, which Docker would keep; leave them out"),
        ("A=a\\tb", "the value of A has a backslash, which systemd would take as an escape; "),
        ("A=x\\", "the value of A has a backslash, which systemd would take as an escape; "),
        ("A=$HOME/x", "the value of A has a $, which dotenv would take as a variable's; "),
        ("A=${B}", "the value of A has a $, which dotenv would take as a variable's; "),
        ("A=$$", "the value of A has a $, which dotenv would take as a variable's; "),
        ("A=x # why", "the value of A has a #, at which dotenv would cut it; a comment has a line of its own"),
        ("A=#x", "the value of A has a #, at which dotenv would cut it; a comment has a line of its own"),
        ("A=x#y", "the value of A has a #, at which dotenv would cut it; give this one in the environment"),
        ("A= x", "there is a blank behind 'A='; leave it out"),
        ("A=x ", "the value of A ends in a blank; leave it out"),
        ("A=x\t", "the value of A ends in a blank; leave it out"),
        ("A =x", "there is a blank before the =; leave it out"),
        ("export A=x", "leave out 'export': systemd and Docker do not know it"),
        ("; a comment", "a comment begins with #; only systemd knows ;"),
        ("A", "this is not KEY=VALUE; a comment begins with #"),
        ("=x", "there is no key before the ="),
        ("9A=x", "'9A' is no key: "), ("A-B=x", "'A-B' is no key: "), ("Ä=x", "'Ä' is no key: "),
        ("A=x\ry", "this is no line of text in UTF-8"), ("A=x\u{0}y", "this is no line of text in UTF-8"),
    ])
    func whatTheyWouldReadDifferentlyIsRefusedWithItsLine(line: String, message: String) {
        let error = #expect(throws: SettingsError.self) { try values("# first\n\n\(line)\nB=1\n") }
        #expect(error?.description.hasPrefix("f:3: \(message)") == true, "\(error?.description ?? "")")
    }

    @Test func aSecretThatIsRefusedIsNotShown() {
        for line in ["A=\"hunter2\"", "A=hunter2\\", "A=$hunter2", "A=hunter2 # x", "A=hunter2 "] {
            let error = #expect(throws: SettingsError.self) { try values(line) }
            #expect(error?.description.contains("hunter2") == false)
        }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let invalid = #expect(throws: SettingsError.self) { try EnvFile(path: "f", bytes: [0x41, 0x3D, 0xFF]) }
        #expect(invalid?.description == "f:1: this is no line of text in UTF-8")
        let marked = #expect(throws: SettingsError.self) {
            try EnvFile(path: "f", bytes: [0xEF, 0xBB, 0xBF] + Array("A=1".utf8))
        }
        #expect(marked?.description.hasPrefix("f:1: the file begins with a byte order mark") == true)
    }

    @Test func itIsReadFromADisk() throws {
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
        ("/tmp", "it is no file"), ("/dev/null", "it is no file"), ("/no/such", "No such file or directory"),
    ])
    func whatIsNoFileIsNotRead(path: String, reason: String) {
        let error = #expect(throws: SettingsError.self) { try EnvFile(path: path) }
        #expect(error?.description == "the env file \(path) cannot be read: \(reason)")
    }
}
