extension Schema {
    /// `{"detail":"..."}`
    static let httpError = reference("HTTPError") {
        .object([("detail", .type("string").annotated(title: "Detail"))], required: ["detail"], title: "HTTPError")
    }

    /// All that is wrong with a request.
    static let httpValidationError = reference("HTTPValidationError") {
        .object(
            [("detail", .array(of: validationError).annotated(title: "Detail"))], required: [],
            title: "HTTPValidationError")
    }

    private static let validationError = reference("ValidationError") {
        .object(
            [
                ("loc", .array(of: .any(of: [.type("string"), .type("integer")])).annotated(title: "Location")),
                ("msg", .type("string").annotated(title: "Message")),
                ("type", .type("string").annotated(title: "Error Type")),
                ("input", Schema().annotated(title: "Input")),
                ("ctx", .type("object").annotated(title: "Context")),
            ],
            required: ["loc", "msg", "type"], title: "ValidationError")
    }
}
