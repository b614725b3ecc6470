// Without the package's trait Macros this module is empty: the trait brings swift-syntax.
#if Macros
    public import Endpoints

    /// Makes a struct a `Model`: its stored properties are the model's, and it gets an initialiser that takes them all.
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
    /// A property with a value may be left out, and so may one of an optional type. A `///` comment is its description in
    /// the document; that of the struct is the model's. Static and computed properties are none of the model's.
    ///
    /// What it writes is a `Model` as one writes it by hand, with `Properties` and `Property`, of the whole type.
    /// - Parameter names: how names in JSON are made of the properties' names; `@Name` says another one.
    @attached(member, names: named(init))
    @attached(extension, conformances: Model, names: named(properties), named(schemaDescription))
    public macro Model(names: PropertyNames = .asDeclared) = #externalMacro(module: "MacroPlugin", type: "ModelMacro")

    /// What a property of a `@Model` must keep: the rules that `Property` takes, also those of your own. Of an optional
    /// they speak of what it wraps.
    @attached(peer)
    public macro Rule<Value>(_ rules: Constraint<Value>...) = #externalMacro(module: "MacroPlugin", type: "MarkMacro")

    /// How many elements a list of a `@Model` may have: `.count(...5)`, whatever the elements are.
    @attached(peer)
    public macro Rule(_ rules: Constraint<[Never]>...) = #externalMacro(module: "MacroPlugin", type: "MarkMacro")

    /// The name that a property of a `@Model` has in JSON.
    @attached(peer)
    public macro Name(_ name: StaticString) = #externalMacro(module: "MacroPlugin", type: "MarkMacro")

    /// Values of a property of a `@Model` that the document shows.
    @attached(peer)
    public macro Examples<Value>(_ values: Value...) = #externalMacro(module: "MacroPlugin", type: "MarkMacro")

    /// How names in JSON are made of the names of properties.
    public struct PropertyNames: Sendable {
        /// `submitterID` stays as it is.
        public static let asDeclared = PropertyNames()
        /// `submitterID` is `submitter_id`.
        public static let snakeCase = PropertyNames()
    }
#endif
