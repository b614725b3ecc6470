import Brigade

/// The form that adds a recipe: what was typed into it, and what is wrong with that.
struct RecipeForm: Sendable {
    /// A box of the form, which is a property of `RecipeCreate`.
    private struct Box {
        let name: String
        let title: String
        let kind: String
        let hint: String
    }

    private static let boxes = [
        Box(name: "label", title: "Name", kind: "text", hint: "What it is called"),
        Box(name: "source", title: "From", kind: "text", hint: "A cook, a book, a site"),
        Box(name: "url", title: "Web address", kind: "url", hint: "Such as https://example.com/soup"),
    ]
    /// Nobody signs in here, and the seed makes one user: what this page adds is theirs.
    private static let submitter = "1"
    /// Code points. What is longer comes back cut.
    static let longestValue = 8192

    /// By the box's name.
    private var texts: [String: String] = [:]
    private var issues: [Issue] = []
    /// Why the recipe was not added, when it is not for its fields.
    private var refusal: String?

    /// As it stands before anybody has typed.
    init() {}

    /// A form that was sent and cannot be taken.
    init(_ submission: FormSubmission<RecipeCreate>, issues: [Issue] = [], refusal: String? = nil) {
        for box in Self.boxes { texts[box.name] = submission[box.name].beginning(Self.longestValue) }
        self.issues = issues
        let others = issues.filter { issue in !Self.boxes.contains { issue.isAt($0.name) } }
        self.refusal = refusal ?? (others.isEmpty ? nil : others.map(\.message).joined(separator: ". "))
    }

    var isUntouched: Bool { issues.isEmpty && refusal == nil }

    /// For the template.
    func values(added: Recipe?) -> [String: Any] {
        let wrong = Self.boxes.filter { box in issues.contains { $0.isAt(box.name) } }.map(\.name)
        return [
            "hidden": [["name": "submitter_id", "value": Self.submitter]],
            "fields": Self.boxes.map { fieldValues($0, isFirst: $0.name == wrong.first) },
            "outcome": outcome(wrong: wrong.count, added: added), "isRefused": !isUntouched,
            "phrases": Self.phrases.map { ["type": $0.key, "text": $0.value] },
        ]
    }

    private func fieldValues(_ box: Box, isFirst: Bool) -> [String: Any] {
        let issue = issues.first { $0.isAt(box.name) }
        return [
            "name": box.name, "title": box.title, "kind": box.kind, "hint": box.hint,
            "value": texts[box.name] ?? "", "words": PlainWords.attributes(of: box.name),
            "note": issue.map(PlainWords.text) ?? box.hint, "isInvalid": issue != nil, "isFirst": isFirst,
        ]
    }

    private func outcome(wrong: Int, added: Recipe?) -> String {
        if let refusal { return say("refused", ["reason": refusal]) }
        if wrong > 0 { return say(wrong == 1 ? "wrong" : "wrongs", ["count": "\(wrong)"]) }
        guard let added else { return "" }
        return say("added", ["label": RecipeCard(added).label.beginning(60), "id": "\(added.id)"])
    }

    private func say(_ phrase: String, _ values: [String: String]) -> String {
        PlainWords.fill(Self.phrases[phrase] ?? "", values)
    }

    /// The page's script says the same by them.
    private static let phrases = [
        "added": "“{label}” is in the kitchen, as No. {id}.",
        "wrong": "One box needs another look.",
        "wrongs": "{count} boxes need another look.",
        "refused": "The recipe was not added: {reason}.",
        "failed": "The server did not answer. See whether the recipe is there before you try again.",
        "longest": "60",
    ]
}

extension Issue {
    fileprivate func isAt(_ name: String) -> Bool { location == ["body", .name(name)] }
}
