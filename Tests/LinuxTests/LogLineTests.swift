import Contract
import Foundation
import Logging
import Testing

@testable import Linux

/// No text in a line of the log is taken for another line, another field, or a command to a terminal: what is written is read
/// back as it was.
@Suite struct LogLineTests {
    private static let worker = LogProcess(.worker(slot: 2, generation: 3), pid: 41)

    private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogLine {
        var line = LogLine(.info, message, metadata, logger: "shop")
        line.time = (1_795_428_930, 123_456_789)
        return line
    }

    private func text(_ line: LogLine, _ process: LogProcess = worker) -> String {
        String(decoding: line.bytes(.text, process), as: UTF8.self)
    }

    private func object(_ line: LogLine, _ process: LogProcess = worker) throws -> [String: Any] {
        let bytes = line.bytes(.json, process)
        #expect(bytes.count <= LogLine.mostBytes)
        return try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    // MARK: Text

    @Test func aLineOfTextNamesItsProcessAndItsFields() {
        let about = line("worker ready in 0.05 s", ["pid": "71", "gen": "1", "worker": "1", "also": "two words"])
        #expect(
            text(about, LogProcess(.master, pid: 70)) == """
                2026-11-23T10:15:30.123Z info master pid=70: worker ready in 0.05 s worker=1 gen=1 pid=71 also="two words"
                """)
        #expect(text(line("ready")) == "2026-11-23T10:15:30.123Z info worker=2 gen=3 pid=41: ready")
    }

    @Test(arguments: [
        ("raise LimitNOFILE= or 'ulimit -n'", "raise LimitNOFILE= or 'ulimit -n'"), ("a = b", "a = b"),
        ("say \"no\"", "say \"no\""), ("", ""), ("\"no\"", #""\"no\"""#), ("gone worker=9", #""gone worker=9""#),
        ("end=", #""end=""#), ("two\nlines", #""two\nlines""#), (#"a\nb"#, #""a\\nb""#), ("\u{9b}2J", #""\u{9b}2J""#),
    ])
    func aMessageIsQuotedOnlyWhereItCouldBeReadInTwoWays(message: String, written: String) {
        #expect(text(line(message)).hasSuffix(" pid=41: \(written)"))
    }

    @Test(arguments: [
        ("plain", "plain"), ("", #""""#), ("a b", #""a b""#), ("a=b", "a=b"), (#"a"b"#, #""a\"b""#),
        (#"a\"#, #""a\\""#), ("a\u{202e}b", #""a\u{202e}b""#), (" \u{301}", "\" \u{301}\""), ("Grüße", "Grüße"),
    ])
    func aValueIsQuotedOnlyWhereItCouldBeReadInTwoWays(value: String, written: String) {
        #expect(text(line("m", ["k": "\(value)"])).hasSuffix(" pid=41: m k=\(written)"))
    }

    @Test func aKeyIsOneWord() {
        let written = text(line("m", ["a b=\"c\"\n\\": "v", "": "w"]))
        #expect(written.hasSuffix(#": m ""=w a\u{20}b\u{3d}\u{22}c\u{22}\n\\=v"#), "\(written)")
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>) func whateverIsLoggedIsReadBack(seed: UInt64) throws {
        var random = RandomTexts(seed)
        let message = random.text()
        var fields: [String: String] = [:]
        for _ in 0..<random.number(4) { fields[random.text()] = random.text() }
        let line = line(message, fields.mapValues { .string($0) })
        let written = text(line)
        #expect(written.unicodeScalars.allSatisfy { $0.isVisible })
        let read = try #require(TextLineReader(written))
        #expect(Array(read.message.unicodeScalars) == Array(message.unicodeScalars), "\(written)")
        #expect(read.fields.count == fields.count)
        for (key, value) in fields { #expect(read.fields[key] == value, "\(written)") }

        #expect(
            String(decoding: line.bytes(.json, Self.worker), as: UTF8.self).unicodeScalars.allSatisfy { $0.isVisible })
        let parsed = try object(line)
        #expect(parsed["message"] as? String == message)
        let labels = parsed["labels"] as? [String: String] ?? [:]
        #expect(labels == fields)
    }

    // MARK: JSON

    @Test func aLineOfJSONHasTheKeysOfECS() throws {
        var failed = line("a request failed", ["error": "no such table", "request": "r1", "trace": "t1", "path": "/x"])
        failed.level = .error
        failed.errorType = "StoreError"
        #expect(
            String(decoding: failed.bytes(.json, Self.worker), as: UTF8.self) == """
                {"@timestamp":"2026-11-23T10:15:30.123Z","log.level":"error","message":"a request failed",\
                "ecs.version":"8.11.0","process.pid":41,"brigade.process":"worker","brigade.worker":2,\
                "brigade.generation":3,"log.logger":"shop","error.message":"no such table","http.request.id":"r1",\
                "trace.id":"t1","error.type":"StoreError","labels":{"path":"/x"}}
                """)
    }

    @Test func aLineOfTheMasterHasTheKeysOfTheWorkerThatItIsAbout() throws {
        let parsed = try object(
            line("worker started", ["worker": "2", "gen": "3", "pid": "41"]), LogProcess(.master, pid: 40))
        #expect(parsed["process.pid"] as? Int == 40 && parsed["brigade.process"] as? String == "master")
        #expect(parsed["brigade.worker"] as? Int == 2 && parsed["brigade.generation"] as? Int == 3)
        #expect(parsed["brigade.worker_pid"] as? Int == 41 && parsed["labels"] == nil)
    }

    @Test func metadataDoesNotReplaceWhatTheServerSays() throws {
        let forged: Logger.Metadata = [
            "log.level": "info", "message": "nothing", "process.pid": "1", "brigade.worker": "7", "worker": "7",
            "pid": "1",
            "labels": "x", "request": ["nested": ["a", "b"]],
        ]
        let bytes = line("real", forged).bytes(.json, Self.worker)
        let parsed = try object(line("real", forged))
        #expect(parsed["message"] as? String == "real" && parsed["process.pid"] as? Int == 41)
        #expect(parsed["brigade.worker"] as? Int == 2 && parsed["http.request.id"] == nil)
        let labels = try #require(parsed["labels"] as? [String: Any])
        #expect(labels["worker"] as? String == "7" && labels["message"] as? String == "nothing")
        #expect((labels["request"] as? [String: [String]])?["nested"] == ["a", "b"])
        // No member comes twice: parsers differ in which they take.
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.ranges(of: #""message":"real""#).count == 1 && text.ranges(of: #""log.level":"#).count == 2)
    }

    // MARK: Long lines

    @Test(arguments: ["x", "\"", "é", "👩‍🍳", "\u{9b}", "\n", "\\"])
    func aLongLineIsCutAndSaysSo(piece: String) throws {
        let long = String(repeating: piece, count: 5000)
        for line in [
            line(long), line("m", ["k": "\(long)"]), line(long, ["k": "\(long)", "l": "\(long)", "request": "r1"]),
            line("m", ["k": ["nested": "\(long)"], "z": "end"]), line("m", [long: "v"]),
        ] {
            let written = text(line)
            #expect(written.utf8.count <= LogLine.mostBytes && written.hasSuffix(" truncated=true"))
            #expect(TextLineReader(written) != nil && !written.unicodeScalars.contains("\u{fffd}"))
            let parsed = try object(line)
            #expect(parsed["brigade.truncated"] as? Bool == true)
            #expect(parsed["process.pid"] as? Int == 41)
        }
        let both = try object(line(long, ["k": "\(long)", "request": "r1"]))
        #expect(both["http.request.id"] as? String == "r1")
        #expect((both["message"] as? String)?.hasSuffix("...") == true)
    }

    @Test func aLineThatJustFitsIsNotCut() throws {
        for count in 3700...4100 {
            let line = line(
                String(repeating: "m", count: count / 2), ["k": "\(String(repeating: "v", count: count / 2))"])
            let written = text(line)
            #expect(written.utf8.count <= LogLine.mostBytes)
            #expect(written.hasSuffix("v") != written.hasSuffix(" truncated=true"))
            _ = try object(line)
        }
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>) func aLongLineIsOneObject(seed: UInt64) throws {
        var random = RandomTexts(seed)
        var metadata: Logger.Metadata = [:]
        for _ in 0..<random.number(8) { metadata[random.text()] = .string(random.text(most: 2000)) }
        let line = line(random.text(most: 3000), metadata)
        _ = try object(line)
        #expect(TextLineReader(text(line)) != nil)
    }
}

/// Texts with what could forge a line.
private struct RandomTexts {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func number(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func text(most: Int = 12) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<number(most) { text.append(scalar()) }
        return String(text)
    }

    private mutating func scalar() -> Unicode.Scalar {
        let dangerous: [Unicode.Scalar] = [
            " ", "=", "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{a0}",
            "\u{301}",
            "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{fffd}", "{", "}", ":", "u", "n",
        ]
        switch number(4) {
        case 0: return Unicode.Scalar(UInt8(0x61 + number(26)))
        case 1, 2: return dangerous[number(dangerous.count)]
        default: return Unicode.Scalar(UInt32(number(0x11_0000))) ?? "?"
        }
    }
}

/// Reads a line of text back, by the rules of docs/logs.md.
private struct TextLineReader {
    private(set) var message = ""
    private(set) var fields: [String: String] = [:]
    private var rest: ArraySlice<Unicode.Scalar>

    init?(_ line: String) {
        rest = Array(line.unicodeScalars)[...]
        // The time, the level, and the process, which ends with the first colon after a pid.
        guard let start = line.range(of: #"pid=\d+: "#, options: .regularExpression) else { return nil }
        rest = Array(line[start.upperBound...].unicodeScalars)[...]
        if rest.first == "\"" {
            guard let text = quoted() else { return nil }
            message = text
        } else {
            var text: [Unicode.Scalar] = []
            while !rest.isEmpty, !isAtField { text.append(rest.removeFirst()) }
            message = String(String.UnicodeScalarView(text))
        }
        while !rest.isEmpty {
            guard rest.removeFirst() == " ", let key = key(), let value = value(), fields[key] == nil else {
                return nil
            }
            fields[key] = value
        }
    }

    /// A space, a word, an equals sign, and something after it.
    private var isAtField: Bool {
        guard rest.first == " " else { return false }
        let word = rest.dropFirst().prefix { $0 != " " && $0 != "=" }
        let after = rest[word.endIndex...]
        return !word.isEmpty && after.count > 1 && after.first == "=" && after.dropFirst().first != " "
    }

    private mutating func key() -> String? {
        let word = rest.prefix { $0 != "=" && $0 != " " }
        rest = rest[word.endIndex...]
        guard rest.popFirst() == "=" else { return nil }
        if word.elementsEqual(["\"", "\""]) { return "" }
        var reader = self
        reader.rest = word + ["\""]
        return reader.untilQuote()
    }

    private mutating func value() -> String? {
        if rest.first == "\"" { return quoted() }
        let word = rest.prefix { $0 != " " }
        rest = rest[word.endIndex...]
        return String(String.UnicodeScalarView(word))
    }

    private mutating func quoted() -> String? {
        rest.removeFirst()
        return untilQuote()
    }

    private mutating func untilQuote() -> String? {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case "u":
                guard rest.popFirst() == "{" else { return nil }
                let digits = rest.prefix { $0 != "}" }
                rest = rest[digits.endIndex...].dropFirst()
                guard let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
                    let scalar = Unicode.Scalar(value)
                else { return nil }
                text.append(scalar)
            case let scalar?: text.append(scalar)
            case nil: return nil
            }
        }
        return nil
    }
}
