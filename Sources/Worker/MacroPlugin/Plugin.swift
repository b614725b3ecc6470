#if Macros
    import SwiftCompilerPlugin
    import SwiftSyntaxMacros

    @main
    struct Plugin: CompilerPlugin {
        let providingMacros: [any Macro.Type] = [ModelMacro.self, AnnotationMacro.self]
    }
#else
    /// Without the trait there is no swift-syntax: the plugin does nothing.
    @main
    enum Plugin {
        static func main() {}
    }
#endif
