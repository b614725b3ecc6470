import Brigade

/// The form that adds a recipe: what was typed, and what is wrong with it.
struct RecipeForm: Sendable {
    /// A text input. Its name is a property of `RecipeCreate`.
    private struct Input {
        let name: String
        let title: String
        let kind: String
        let hint: String
    }

    private static let inputs = [
        Input(name: "label", title: "Name", kind: "text", hint: "What the dish is called"),
        Input(name: "source", title: "From", kind: "text", hint: "A cook, a book, a site"),
        Input(name: "url", title: "Web address", kind: "url", hint: "Such as https://example.com/soup"),
    ]
    /// There is no login. Recipes from this page belong to the user that the seed creates.
    private static let submitter = "1"
    /// Unicode scalars. The page shows a longer text truncated.
    static let maxInputLength = 8192

    private var textByInput: [String: String] = [:]
    private var issues: [Issue] = []
    /// Why the recipe was not added, if no single input is to blame.
    private var failure: String?

    /// The empty form.
    init() {}

    /// A form that was sent and rejected.
    init(_ submission: FormSubmission<RecipeCreate>, issues: [Issue] = [], failure: String? = nil) {
        for input in Self.inputs { textByInput[input.name] = submission[input.name].truncated(to: Self.maxInputLength) }
        self.issues = issues
        let others = issues.filter { issue in !Self.inputs.contains { issue.isAt($0.name) } }
        self.failure = failure ?? (others.isEmpty ? nil : others.map(\.message).joined(separator: ". "))
    }

    var isRejected: Bool { !issues.isEmpty || failure != nil }

    /// The template's values.
    func values(added: Recipe?) -> [String: Any] {
        let invalid = Self.inputs.filter { input in issues.contains { $0.isAt(input.name) } }.map(\.name)
        return [
            "hidden": [["name": "submitter_id", "value": Self.submitter]],
            "inputs": Self.inputs.map { values($0, isFirstInvalid: $0.name == invalid.first) },
            "outcome": outcome(invalid: invalid.count, added: added), "isRejected": isRejected,
            "messages": Self.messages.map { ["type": $0.key, "text": $0.value] },
        ]
    }

    private func values(_ input: Input, isFirstInvalid: Bool) -> [String: Any] {
        let issue = issues.first { $0.isAt(input.name) }
        return [
            "name": input.name, "title": input.title, "kind": input.kind, "hint": input.hint,
            "value": textByInput[input.name] ?? "", "messages": ValidationMessages.attributes(of: input.name),
            "note": issue.map(ValidationMessages.text) ?? input.hint, "isInvalid": issue != nil,
            "isFirstInvalid": isFirstInvalid,
        ]
    }

    private func outcome(invalid: Int, added: Recipe?) -> String {
        if let failure { return message("rejected", ["reason": failure]) }
        if invalid > 0 { return message(invalid == 1 ? "invalid" : "many-invalid", ["count": "\(invalid)"]) }
        guard let added else { return "" }
        return message("added", ["label": RecipeCard(added).label.truncated(to: 60), "id": "\(added.id)"])
    }

    private func message(_ type: String, _ values: [String: String]) -> String {
        ValidationMessages.interpolate(Self.messages[type] ?? "", values)
    }

    /// The page's script shows the same messages: the template puts them into data attributes.
    private static let messages = [
        "added": "“{label}” was added as No. {id}.",
        "invalid": "Correct the marked field.",
        "many-invalid": "Correct the {count} marked fields.",
        "rejected": "The recipe was not added: {reason}.",
        "failed": "The server did not answer. Check whether the recipe was added before you try again.",
        "max-length": "60",
    ]
}

extension Issue {
    fileprivate func isAt(_ name: String) -> Bool { location == ["body", .name(name)] }
}
