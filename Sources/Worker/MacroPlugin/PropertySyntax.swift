#if Macros
    import SwiftDiagnostics
    import SwiftSyntax
    import SwiftSyntaxBuilder

    /// A stored property of a model, as it stands in the source.
    struct PropertySyntax {
        let identifier: String
        let type: String
        /// What it has when nothing is said; nil when something must be.
        let initialValue: String?
        private let isOptional: Bool
        private let rules: [String]
        private let examples: String?
        private let name: String?
        private let description: String?

        init(
            _ variable: VariableDeclSyntax, _ identifier: TokenSyntax, _ type: TypeSyntax, _ value: ExprSyntax?
        ) {
            self.identifier = identifier.text
            self.type = type.trimmedDescription
            isOptional = type.is(OptionalTypeSyntax.self) || self.type.hasPrefix("Optional<")
            initialValue = value?.trimmedDescription ?? (isOptional ? "nil" : nil)
            let marks = variable.attributes.compactMap { $0.as(AttributeSyntax.self) }
            func arguments(of mark: String) -> [LabeledExprListSyntax] {
                marks.filter { $0.isNamed(mark) }.compactMap { $0.arguments?.as(LabeledExprListSyntax.self) }
            }
            rules = arguments(of: "Rule").map(\.trimmedDescription)
            examples = arguments(of: "Examples").first?.trimmedDescription
            name = arguments(of: "Name").first?.trimmedDescription
            description = variable.leadingTrivia.documentation
        }

        /// `Property("label", \.label, .length(1...80))`
        func declaration(_ names: ModelSyntax.Names) -> String {
            let plain = identifier.filter { $0 != "`" }
            let written = name ?? (names == .snakeCase ? plain.snakeCased : plain).literal
            var parts = [written, "\\.\(identifier)"]
            // An optional is nil when it is not sent, and need not say so.
            if let initialValue, initialValue != "nil" { parts.append("default: \(initialValue)") }
            parts += rules
            if let description { parts.append("description: \(description.literal)") }
            if let examples { parts.append("examples: [\(examples)]") }
            return "Property(\(parts.joined(separator: ", ")))"
        }
    }

    extension VariableDeclSyntax {
        /// Whether the values of the type hold it.
        var isStored: Bool {
            let isStatic = modifiers.contains { ["static", "class", "lazy"].contains($0.name.text) }
            return !isStatic
                && bindings.allSatisfy { binding in
                    guard let block = binding.accessorBlock else { return true }
                    guard case .accessors(let accessors) = block.accessors else { return false }
                    return accessors.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
                }
        }
    }

    extension AttributeListSyntax.Element {
        func isNamed(_ name: String) -> Bool { self.as(AttributeSyntax.self)?.isNamed(name) ?? false }
    }

    extension AttributeSyntax {
        /// Whether it is that attribute, with or without its module's name.
        func isNamed(_ name: String) -> Bool {
            let written = attributeName.trimmedDescription
            return written == name || written.hasSuffix(".\(name)")
        }
    }

    extension Trivia {
        /// What `///` comments say, as one text; nil when there are none.
        var documentation: String? {
            let lines = compactMap { piece -> String? in
                guard case .docLineComment(let text) = piece else { return nil }
                let line = text.dropFirst(3)
                return String(line.hasPrefix(" ") ? line.dropFirst() : line)
            }
            // Lines of a paragraph are one: the document's readers would break where the source does.
            let text = lines.split(separator: "", omittingEmptySubsequences: true).map { $0.joined(separator: " ") }
                .joined(separator: "\n\n")
            return text.isEmpty ? nil : text
        }
    }

    extension String {
        /// As a literal of Swift.
        var literal: String { StringLiteralExprSyntax(content: self).description }

        /// `submitterID` as `submitter_id`, `htmlText` as `html_text`, `URLPath` as `url_path`.
        var snakeCased: String {
            let letters = Array(self)
            var result = ""
            for (index, letter) in letters.enumerated() {
                let isAfterSmall = index > 0 && (letters[index - 1].isLowercase || letters[index - 1].isNumber)
                let isBeforeSmall = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
                let isAfterLetter = index > 0 && letters[index - 1] != "_"
                if letter.isUppercase, isAfterSmall || isBeforeSmall && isAfterLetter { result += "_" }
                result += letter.lowercased()
            }
            return result
        }
    }

    extension Diagnostic {
        static func mistake(_ message: String, at node: some SyntaxProtocol) -> Diagnostic {
            Diagnostic(node: Syntax(node), message: Mistake(message: message))
        }
    }

    private struct Mistake: DiagnosticMessage {
        let message: String
        var diagnosticID: MessageID { MessageID(domain: "BrigadeMacros", id: "mistake") }
        var severity: DiagnosticSeverity { .error }
    }
#endif
