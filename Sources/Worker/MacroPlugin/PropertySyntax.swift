#if Macros
    import SwiftDiagnostics
    import SwiftSyntax
    import SwiftSyntaxBuilder

    /// The source of a stored property of a model.
    struct PropertySyntax {
        let identifier: String
        let type: String
        /// The default value; nil if there is none.
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
            let attributes = variable.attributes.compactMap { $0.as(AttributeSyntax.self) }
            func arguments(of name: String) -> [LabeledExprListSyntax] {
                attributes.filter { $0.isNamed(name) }.compactMap { $0.arguments?.as(LabeledExprListSyntax.self) }
            }
            rules = arguments(of: "Rule").map(\.trimmedDescription)
            examples = arguments(of: "Examples").first?.trimmedDescription
            name = arguments(of: "Name").first?.trimmedDescription
            description = variable.leadingTrivia.documentation
        }

        /// `Property("label", \.label, .length(1...80))`
        func declaration(_ names: ModelSyntax.Names) -> String {
            let plain = identifier.filter { $0 != "`" }
            let jsonName = name ?? (names == .snakeCase ? plain.snakeCased : plain).literal
            var parts = [jsonName, "\\.\(identifier)"]
            // An optional without a default is nil if it is missing.
            if let initialValue, initialValue != "nil" { parts.append("default: \(initialValue)") }
            parts += rules
            if let description { parts.append("description: \(description.literal)") }
            if let examples { parts.append("examples: [\(examples)]") }
            return "Property(\(parts.joined(separator: ", ")))"
        }
    }

    extension VariableDeclSyntax {
        /// Whether it is a stored instance property.
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
        /// Whether it is that attribute, with or without a module name.
        func isNamed(_ name: String) -> Bool {
            let text = attributeName.trimmedDescription
            return text == name || text.hasSuffix(".\(name)")
        }
    }

    extension Trivia {
        /// The text of the `///` comments; nil if there are none.
        var documentation: String? {
            let lines = compactMap { piece -> String? in
                guard case .docLineComment(let text) = piece else { return nil }
                let line = text.dropFirst(3)
                return String(line.hasPrefix(" ") ? line.dropFirst() : line)
            }
            // The lines of a paragraph are joined: Markdown viewers may keep the line breaks of the source.
            let text = lines.split(separator: "", omittingEmptySubsequences: true).map { $0.joined(separator: " ") }
                .joined(separator: "\n\n")
            return text.isEmpty ? nil : text
        }
    }

    extension String {
        /// As a Swift string literal.
        var literal: String { StringLiteralExprSyntax(content: self).description }

        /// `submitterID` as `submitter_id`, `htmlText` as `html_text`, `URLPath` as `url_path`.
        var snakeCased: String {
            let letters = Array(self)
            var result = ""
            for (index, letter) in letters.enumerated() {
                let followsLowercase = index > 0 && (letters[index - 1].isLowercase || letters[index - 1].isNumber)
                let precedesLowercase = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
                let followsLetter = index > 0 && letters[index - 1] != "_"
                if letter.isUppercase, followsLowercase || precedesLowercase && followsLetter { result += "_" }
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
