internal import Messages

/// The request's context, for a handler or a dependency that wants more than parts of the request: its id, its logger, the
/// whole request, work for the pool or for after the answer.
///
/// ```swift
/// api.post("/recipes", RequestContext(), Body(NewRecipe.self)) { context, recipe in
///     context.log.info("recipe added", metadata: ["label": "\(recipe.label)"])
///     return try store.add(recipe)
/// }
/// ```
public struct RequestContext: Parameter {
    /// It takes no name: there is one.
    public init() {}

    /// Nothing that the document shows.
    public var declaration: ParameterDeclaration { ParameterDeclaration(.request) }

    /// The context.
    public func find(in context: Context, issues: inout [Issue]) -> Context? { context }
}
