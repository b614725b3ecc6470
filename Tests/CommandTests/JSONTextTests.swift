import Testing

@testable import BrigadeCommand

@Suite struct JSONTextTests {
    @Test func membersListsAndNothing() {
        let text = JSONText.object { json in
            json.member("a", 1)
            json.member("b", nil as String?)
            json.member("c", each: [1, 2]) { $0.member("n", $1) }
            json.member("d", each: [Int]()) { $0.member("n", $1) }
            json.member("e", object: { $0.member("t", Duration.milliseconds(1500)) })
        }
        #expect(text == #"{"a":1,"b":null,"c":[{"n":1},{"n":2}],"d":[],"e":{"t":1.500000}}"#)
    }

    @Test func whatAClientSentCannotBreakOut() {
        let text = JSONText.object { $0.member("target", "/\"},\\\n\u{1}é") }
        #expect(text == #"{"target":"/\"},\\\u000a\u0001é"}"#)
    }

    @Test func aTimeBeforeNowIsNoTime() {
        let text = JSONText.object { $0.member("age", Duration.milliseconds(-100)) }
        #expect(text == #"{"age":0.000000}"#)
    }

    @Test func columnsAreAsWideAsTheirWidest() {
        #expect(Columns.aligned([["a", "bb"], ["ccc", "d"]]) == ["a    bb", "ccc  d"])
    }
}
