import Contract
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
        ("A=\"two words\"", "the value of A is in quotes, and Docker would keep them; remove them"),
        ("A='x'", "the value of A is in quotes, and Docker would keep them; remove them"),
        ("A=`x`", "the value of A is in quotes, and Docker would keep them; remove them"),
        ("A=a\\tb", "the value of A has a backslash, which systemd would read as an escape; "),
        ("A=x\\", "the value of A has a backslash, which systemd would read as an escape; "),
        ("A=$HOME/x", "the value of A has a $, which dotenv would read as a variable; "),
        ("A=${B}", "the value of A has a $, which dotenv would read as a variable; "),
        ("A=$$", "the value of A has a $, which dotenv would read as a variable; "),
        ("A=x # why", "the value of A has a #, where dotenv would cut it; put the comment on a line of its own"),
        ("A=#x", "the value of A has a #, where dotenv would cut it; put the comment on a line of its own"),
        ("A=x#y", "the value of A has a #, where dotenv would cut it; set it in the environment instead"),
        ("A= x", "remove the space after 'A='"),
        ("A=x ", "the value of A ends with a space; remove it"),
        ("A=x\t", "the value of A ends with a space; remove it"),
        ("A =x", "remove the space before ="),
        ("export A=x", "remove 'export': systemd and Docker do not accept it"),
        ("; a comment", "a comment starts with #; only systemd accepts ;"),
        ("A", "the line is not KEY=VALUE; a comment starts with #"),
        ("=x", "the key before = is missing"),
        ("9A=x", "invalid key '9A': "), ("A-B=x", "invalid key 'A-B': "), ("Ä=x", "invalid key 'Ä': "),
        ("A=x\ry", "the line is not valid UTF-8 text"), ("A=x\u{0}y", "the line is not valid UTF-8 text"),
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
        #expect(invalid?.description == "f:1: the line is not valid UTF-8 text")
        let marked = #expect(throws: SettingsError.self) {
            try EnvFile(path: "f", bytes: [0xEF, 0xBB, 0xBF] + Array("A=1".utf8))
        }
        #expect(marked?.description.hasPrefix("f:1: the file starts with a byte order mark") == true)
    }
}
