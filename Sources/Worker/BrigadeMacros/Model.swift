// Empty without the package's trait Macros, which adds the dependency on swift-syntax.
#if Macros
    public import Endpoints

    /// Makes a struct a `Model` of its stored properties, and adds a memberwise initializer.
    ///
    /// ```swift
    /// /// What somebody sells.
    /// @Model(names: .snakeCase)
    /// struct NewItem {
    ///     /// What it is called.
    ///     @Rule(.length(1...80)) var name: String
    ///     @Rule(.moreThan(0)) var itemsLeft: Int = 1
    ///     var note: String?
    /// }
    /// ```
    /// A property with a default value or an optional type may be missing in JSON. The `///` comment of a property is its
    /// description in the document; that of the struct is the model's. Static and computed properties are not part of the
    /// model.
    ///
    /// The expansion is the `Model` that you would write by hand, with `Properties` and `Property`.
    /// - Parameter names: how JSON names are derived from the properties' names; `@Name` sets one explicitly.
    @attached(member, names: named(init))
    @attached(extension, conformances: Model, names: named(properties), named(schemaDescription))
    public macro Model(names: PropertyNames = .asDeclared) = #externalMacro(module: "MacroPlugin", type: "ModelMacro")

    /// Constraints on a property of a `@Model`: those that `Property` takes, also your own. For an optional they apply to the
    /// wrapped value.
    @attached(peer)
    public macro Rule<Value>(_ rules: Constraint<Value>...) =
        #externalMacro(module: "MacroPlugin", type: "AnnotationMacro")

    /// Limits the number of elements of a list in a `@Model`: `.count(...5)`.
    @attached(peer)
    public macro Rule(_ rules: Constraint<[Never]>...) = #externalMacro(module: "MacroPlugin", type: "AnnotationMacro")

    /// The JSON name of a property of a `@Model`.
    @attached(peer)
    public macro Name(_ name: StaticString) = #externalMacro(module: "MacroPlugin", type: "AnnotationMacro")

    /// Example values of a property of a `@Model`, for the document.
    @attached(peer)
    public macro Examples<Value>(_ values: Value...) = #externalMacro(module: "MacroPlugin", type: "AnnotationMacro")

    /// How JSON names are derived from the names of properties.
    public struct PropertyNames: Sendable {
        /// `submitterID` is `submitterID`.
        public static let asDeclared = PropertyNames()
        /// `submitterID` is `submitter_id`.
        public static let snakeCase = PropertyNames()
    }
#endif
