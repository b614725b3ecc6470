import Endpoints
import Testing

@Suite struct IntegerTests {
    @Test(arguments: [
        ("1", "1"), ("+1", "1"), ("0001", "1"), ("-0", "0"), (" 1\t", "1"), ("\n1", "1"), ("\u{A0}1", "1"),
        ("1_0", "10"),
        ("1_0.0", "10"), ("1.0", "1"), ("1.000", "1"), ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"), ("-9223372036854775808", "-9223372036854775808"),
        ("-0009223372036854775809", "-9223372036854775809"), (String(repeating: "0", count: 5000) + "1", "1"),
    ])
    func textIsReadAsPydanticReadsIt(text: String, expected: String) {
        var issues: [Endpoints.Issue] = []
        #expect(Integer.read(.string(text), issues: &issues)?.description == expected)
        #expect(issues.isEmpty)
    }

    @Test(arguments: [
        "1.5", "1.", "1e0", "0x1", "--1", "-", "1,000", "true", "null", "nan", "²", "１", "", "_1", "1_", "1__0", "+ 1",
        ".0", "1.0_0", "1\u{0}", "\u{1C}1",
    ])
    func otherTextIsRejected(text: String) {
        var issues: [Endpoints.Issue] = []
        #expect(Integer.read(.string(text), issues: &issues) == nil)
        #expect(issues.map(\.type) == ["int_parsing"])
    }

    @Test func numberOfDigitsIsLimited() {
        var issues: [Endpoints.Issue] = []
        #expect(Integer.read(.string(String(repeating: "9", count: 4300)), issues: &issues) != nil)
        #expect(Integer.read(.string(String(repeating: "9", count: 4301)), issues: &issues) == nil)
        #expect(issues.map(\.type) == ["int_parsing_size"])
    }

    @Test(arguments: [
        (JSON.number(1), "1"), (.number(1e2), "100"), (.number(-0.0), "0"), (.bool(true), "1"), (.bool(false), "0"),
    ])
    func wholeNumbersAndBooleansAreIntegers(value: JSON, expected: String) {
        var issues: [Endpoints.Issue] = []
        #expect(Integer.read(value, issues: &issues)?.description == expected)
    }

    @Test(arguments: [
        (JSON.number(1.5), "int_from_float"), (.number(1e22), "int_parsing_size"),
        (.number(.infinity), "finite_number"),
        (.null, "int_type"), (.array([]), "int_type"), (.object([]), "int_type"),
    ])
    func otherValuesAreRejected(value: JSON, type: String) {
        var issues: [Endpoints.Issue] = []
        #expect(Integer.read(value, issues: &issues) == nil)
        #expect(issues.map(\.type) == [type])
    }

    @Test func intRejectsWhatDoesNotFit() {
        var issues: [Endpoints.Issue] = []
        #expect(Int.read(.integer(.large("9223372036854775808")), issues: &issues) == nil)
        #expect(issues.map(\.type) == ["int_parsing_size"])
    }

    @Test func integersOfAnySizeAreOrdered() {
        let ascending: [Integer] = [
            .large("-100000000000000000000"), .large("-99999999999999999999"), -1, 0, 7, .large("99999999999999999998"),
            .large("99999999999999999999"), .large("100000000000000000000"),
        ]
        for (left, right) in zip(ascending, ascending.dropFirst()) {
            #expect(left < right)
            #expect(!(right < left))
            #expect(!(left < left))
        }
    }

    @Test(arguments: [
        (1.5, "1.5"), (1e22, "1e+22"), (1e16, "1e+16"), (1e15, "1000000000000000.0"), (0.0001, "0.0001"),
        (1e-5, "1e-05"),
        (123_456_789_012_345_680, "1.2345678901234568e+17"), (-0.0, "-0.0"), (.leastNonzeroMagnitude, "5e-324"),
        (100, "100.0"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (9_007_199_254_740_992, "9007199254740992.0"),
        (0.1, "0.1"),
        (18_014_398_509_481_984, "1.8014398509481984e+16"), (12.25, "12.25"),
    ])
    func doubleIsWrittenAsInPython(value: Double, expected: String) {
        #expect(value.pythonText == expected)
    }
}
