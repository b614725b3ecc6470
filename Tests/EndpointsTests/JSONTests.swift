import Endpoints
import TestSupport
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        (#"{"label": "x","#, 14, "Expecting property name enclosed in double quotes"),
        (#"{label: 'x'}"#, 1, "Expecting property name enclosed in double quotes"),
        (#"{"a":1,}"#, 7, "Expecting property name enclosed in double quotes"),
        (#"{"a" 1}"#, 5, "Expecting ':' delimiter"), (#"{"a":"#, 5, "Expecting value"),
        ("{\n  \"a\": \"x\"\n  \"b\": 1}", 15, "Expecting ',' delimiter"), ("[1 2]", 3, "Expecting ',' delimiter"),
        (#"{"é🍗": "é" x}"#, 11, "Expecting ',' delimiter"), ("[1,]", 3, "Expecting value"), ("[", 1, "Expecting value"),
        ("", 0, "Expecting value"), (" ", 1, "Expecting value"), ("nul", 0, "Expecting value"),
        ("-", 0, "Expecting value"),
        ("NaN", 0, "Expecting value"), ("[1,-Infinity]", 3, "Expecting value"), ("01", 1, "Extra data"),
        ("1.", 1, "Extra data"), ("1e", 1, "Extra data"), ("{} x", 3, "Extra data"),
        ("\"a\nb\"", 2, "Invalid control character at"),
        (#"["a"#, 1, "Unterminated string starting at"), (#"["a\"#, 1, "Unterminated string starting at"),
        (#"["a\x"]"#, 3, "Invalid \\escape"), (#"["\u12"]"#, 3, "Invalid \\uXXXX escape"),
        (#"["\ud83c\u"]"#, 9, "Invalid \\uXXXX escape"), ("\u{FEFF}\u{FEFF}1", 0, "Expecting value"),
    ])
    func syntaxErrorsHaveCPythonsMessagesAndPositions(text: String, position: Int, message: String) throws {
        let error = try #require(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
        #expect(error.code == .syntax)
        #expect(error.message == message)
        #expect(error.position == position)
    }

    @Test(arguments: [
        #"{"b":1,"a":[true,null,1.5,"x"]}"#, "[[],{},[[]]]", "100000000000000000000", "-0.0", "1e+22",
        #""é🍗/\u0000\n\"\\""#,
        #""\u001f\b\f\r\t""#, "[]", "9007199254740993",
    ])
    func parsedTextIsWrittenUnchanged(text: String) throws {
        #expect(try String(decoding: JSON(parsing: Array(text.utf8)).bytes, as: UTF8.self) == text)
    }

    @Test func lastValueOfARepeatedNameCounts() throws {
        #expect(try JSON(parsing: Array(#"{"a":1,"b":2,"a":3}"#.utf8)) == ["a": 3, "b": 2])
        let many = (0..<40).map { #""k\#($0 % 20)":\#($0)"# }.joined(separator: ",")
        let value = try JSON(parsing: Array("{\(many)}".utf8))
        #expect(value == .object((0..<20).map { .init("k\($0)", .integer(.small($0 + 20))) }))
    }

    @Test func namesAreComparedByCodePoints() throws {
        let value = try JSON(parsing: Array(#"{"\u00e9":1,"e\u0301":2}"#.utf8))
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test func unpairedSurrogateIsMarked() throws {
        #expect(
            try JSON(parsing: Array(#"["\ud83c","\ud83c\udf6e","\udf6e"]"#.utf8))
                == [.brokenString("\u{FFFD}"), "🍮", .brokenString("\u{FFFD}")])
        #expect(try JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) == .brokenString("\u{FFFD}"))
    }

    @Test(arguments: [false, true])
    func utf16AndUTF32AreRead(hasMark: Bool) throws {
        let text = #"{"a":"é🍗"}"#
        let expected: JSON = ["a": "é🍗"]
        let units16 = (hasMark ? [0xFEFF] : []) + Array(text.utf16)
        let units32 = (hasMark ? [0xFEFF] : []) + text.unicodeScalars.map(\.value)
        #expect(try JSON(parsing: units16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) == expected)
        #expect(try JSON(parsing: units16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == expected)
        #expect(
            try JSON(parsing: units32.flatMap { [0, UInt8($0 >> 16), UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)] })
                == expected)
        #expect(
            try JSON(parsing: units32.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8 & 0xFF), UInt8($0 >> 16), 0] })
                == expected)
        #expect(try JSON(parsing: (hasMark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)) == expected)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE2, 0x85], [0xF5, 0x80, 0x80, 0x80],
            Array(repeating: 0x5B, count: 100_000), Array(repeating: 0x39, count: 4301), [0xFE, 0xFF, 0x00],
        ] as [[UInt8]])
    func invalidUnicodeAndExceededLimitsAreUnreadable(bytes: [UInt8]) throws {
        let error = try #require(throws: JSONError.self) { try JSON(parsing: bytes) }
        #expect(error.code == .unreadable)
    }

    @Test func randomBytesAreParsedOrRejected() {
        var random = SeededGenerator(seed: 1)
        let atoms =
            [
                "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83c", "\\udf6e", "0", "1", "-", ".", "e", "+",
                "true", "nul",
                " ", "\n", "\u{1}", "é", "🍗", "\"a\"", "{\"a\":", "\u{FEFF}",
            ].map { Array($0.utf8) } + [[0xED, 0xA0, 0x80], [0xFF], [0], [0xE2], [0xFE, 0xFF], [0xF0, 0x9F]]
        var readable = 0
        for _ in 0..<100_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
                Bool.random(using: &random)
                    ? atoms[Int.random(in: 0..<atoms.count, using: &random)]
                    : [UInt8.random(in: 0...255, using: &random)]
            }
            if let value = try? JSON(parsing: bytes) {
                readable += 1
                #expect((try? JSON(parsing: value.bytes)) != nil)
            }
        }
        #expect(readable > 100)
    }

    @Test func randomValueIsWrittenAndReadBack() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let value = JSON.random(depth: 4, using: &random)
            #expect(try JSON(parsing: value.bytes) == value)
        }
    }

    @Test func randomModelIsWrittenAndReadBack() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let dishes = try (0..<Int.random(in: 0...3, using: &random)).map { _ in
                SampleAPI.Dish(
                    title: "x" + String.random(using: &random), page: try WebURL(parsing: "https://example.com/a"),
                    portions: .small(Int.random(in: 1...Int.max, using: &random)),
                    note: Bool.random(using: &random) ? nil : String.random(using: &random),
                    tags: [String.random(using: &random)])
            }
            let menu = SampleAPI.Menu(
                dishes: dishes, isVegan: .random(using: &random), rating: .random(in: -9...9, using: &random))
            var writer = JSONWriter()
            menu.write(to: &writer)
            var issues: [Endpoints.Issue] = []
            #expect(SampleAPI.Menu.read(try JSON(parsing: writer.bytes), issues: &issues) == menu)
            #expect(issues.isEmpty)
        }
    }

    @Test(arguments: [2, 8, 63, 64, 65, 300])
    func lastValueOfARepeatedNameCountsInLargeObjects(count: Int) throws {
        let names = (0..<count).map { "name\($0)" }
        let members = names.enumerated().map { "\"\($1)\":\($0)" } + names.reversed().map { "\"\($0)\":\"\($0)\"" }
        let json = try JSON(parsing: Array("{\(members.joined(separator: ","))}".utf8))
        #expect(json == .object(names.map { JSON.Member($0, .string($0)) }))
    }
}
