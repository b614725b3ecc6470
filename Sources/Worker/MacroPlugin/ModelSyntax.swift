#if Macros
    import SwiftDiagnostics
    import SwiftSyntax

    /// The source of a struct with `@Model`.
    struct ModelSyntax {
        enum Names { case asDeclared, snakeCase }

        private(set) var properties: [PropertySyntax] = []
        private(set) var diagnostics: [Diagnostic] = []
        let names: Names
        /// `public `, `package ` or empty: the expansion has the access level of the struct.
        let access: String
        /// Its `///` comment; nil if there is none, or if the struct declares `schemaDescription` itself.
        let description: String?

        init(_ node: AttributeSyntax, _ declaration: some DeclGroupSyntax) {
            let arguments = node.arguments?.as(LabeledExprListSyntax.self)
            let isSnakeCase = arguments?.contains { $0.expression.trimmedDescription.hasSuffix("snakeCase") } ?? false
            names = isSnakeCase ? .snakeCase : .asDeclared
            let visible = ["public", "package"]
            access = declaration.modifiers.first { visible.contains($0.name.text) }.map { $0.name.text + " " } ?? ""
            let variables = declaration.memberBlock.members.compactMap { $0.decl.as(VariableDeclSyntax.self) }
            let isDescribed = variables.contains { variable in
                variable.bindings.contains { $0.pattern.trimmedDescription == "schemaDescription" }
            }
            description = isDescribed ? nil : declaration.leadingTrivia.documentation

            guard let structure = declaration.as(StructDeclSyntax.self) else {
                let message =
                    "@Model must be on a struct: a model is a value that is made from all its properties at once"
                diagnostics.append(.mistake(message, at: node))
                return
            }
            if let parameters = structure.genericParameterClause {
                let message =
                    "@Model cannot be on a generic struct: a generic type has no static stored properties; write "
                diagnostics.append(.mistake(message + "the conformance by hand", at: parameters))
            }
            for variable in variables where variable.isStored { add(variable) }
        }

        private mutating func add(_ variable: VariableDeclSyntax) {
            // In `var a, b: Int` the type is at the last one.
            var type: TypeSyntax?
            var found: [PropertySyntax] = []
            for binding in variable.bindings.reversed() {
                if let annotation = binding.typeAnnotation { type = annotation.type.trimmed }
                guard let identifier = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.trimmed else {
                    diagnostics.append(.mistake("a property of a @Model must have one name", at: binding.pattern))
                    continue
                }
                guard let type else {
                    let message = "a property of a @Model must have an explicit type: var \(identifier.text): Type"
                    diagnostics.append(.mistake(message, at: binding.pattern))
                    continue
                }
                let value = binding.initializer?.value.trimmed
                if value != nil, variable.bindingSpecifier.tokenKind == .keyword(.let) {
                    let message = "a let with a value cannot be set from a request: make it a var or a static let"
                    diagnostics.append(.mistake(message, at: binding.pattern))
                    continue
                }
                found.append(PropertySyntax(variable, identifier, type, value))
            }
            properties += found.reversed()
        }
    }
#endif
