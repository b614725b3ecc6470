#if Macros
    import SwiftDiagnostics
    import SwiftSyntax
    import SwiftSyntaxBuilder
    import SwiftSyntaxMacros

    /// Adds the initializer and the conformance to `Model`.
    enum ModelMacro: MemberMacro, ExtensionMacro {
        /// The initializer. Mistakes are reported here, and only here.
        static func expansion(
            of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
            conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
        ) throws -> [DeclSyntax] {
            let model = ModelSyntax(node, declaration)
            model.diagnostics.forEach(context.diagnose)
            guard model.diagnostics.isEmpty else { return [] }
            let parameters = model.properties.map { property in
                "\(property.identifier): \(property.type)" + (property.initialValue.map { " = \($0)" } ?? "")
            }
            let assignments = model.properties.map { "self.\($0.identifier) = \($0.identifier)" }
            return [
                """
                \(raw: model.access)init(\(raw: parameters.joined(separator: ", "))) {
                    \(raw: assignments.joined(separator: "\n    "))
                }
                """
            ]
        }

        /// The conformance.
        static func expansion(
            of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
            providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
            in context: some MacroExpansionContext
        ) throws -> [ExtensionDeclSyntax] {
            let model = ModelSyntax(node, declaration)
            guard model.diagnostics.isEmpty else { return [] }
            let labels = model.properties.map { "\($0.identifier):" }.joined()
            let make = labels.isEmpty ? "Self.init" : "Self.init(\(labels))"
            // With explicit types the compiler gives better errors for a mistake in one line.
            let types = (["Self"] + model.properties.map(\.type)).joined(separator: ", ")
            let lines = model.properties.map { "        " + $0.declaration(model.names) }
            let description = model.description.map { text in
                "\n    \(model.access)static var schemaDescription: String { \(text.literal) }"
            }
            return [
                try ExtensionDeclSyntax(
                    """
                    extension \(type.trimmed): Model {
                        \(raw: model.access)static let properties: Properties<\(raw: types)> = Properties(typed: \(raw: make)) {
                    \(raw: lines.joined(separator: "\n"))
                        }\(raw: description ?? "")
                    }
                    """)
            ]
        }
    }

    /// `@Rule`, `@Name` and `@Examples`: `@Model` reads them. They expand to nothing, and check where they are used.
    enum AnnotationMacro: PeerMacro {
        static func expansion(
            of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
            in context: some MacroExpansionContext
        ) throws -> [DeclSyntax] {
            let name = node.attributeName.trimmedDescription
            guard let variable = declaration.as(VariableDeclSyntax.self), variable.isStored else {
                context.diagnose(.mistake("@\(name) is for the stored properties of a @Model", at: node))
                return []
            }
            guard let around = context.lexicalContext.first?.as(StructDeclSyntax.self),
                around.attributes.contains(where: { $0.isNamed("Model") })
            else {
                context.diagnose(.mistake("@\(name) has no effect here: add @Model to the struct around it", at: node))
                return []
            }
            return []
        }
    }
#endif
