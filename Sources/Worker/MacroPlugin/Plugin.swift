#if Macros
    import SwiftCompilerPlugin
    import SwiftSyntaxMacros

    @main
    struct Plugin: CompilerPlugin {
        let providingMacros: [any Macro.Type] = [ModelMacro.self, MarkMacro.self]
    }
#else
    /// Without the trait there is no swift-syntax, and nothing to do.
    @main
    enum Plugin {
        static func main() {}
    }
#endif
