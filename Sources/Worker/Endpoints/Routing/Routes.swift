public import Messages

/// What endpoints are declared on: an `API`, or a `Router` that is included in one.
///
/// ```swift
/// routes.get("/tasks/{number}", name: "read_task", "One task.", Path("number", Int.self)) { number in
///     try tasks.read(number)
/// }
/// ```
public protocol Routes {
    /// Takes an endpoint; `get`, `post` and the others are what one calls.
    mutating func add(_ operation: Operation)
}

extension Routes {
    /// Declares an endpoint for GET, and so for HEAD.
    public var get: Verb {
        get { self[.get] }
        set { self[.get] = newValue }
    }

    /// Declares an endpoint for POST.
    public var post: Verb {
        get { self[.post] }
        set { self[.post] = newValue }
    }

    /// Declares an endpoint for PUT.
    public var put: Verb {
        get { self[.put] }
        set { self[.put] = newValue }
    }

    /// Declares an endpoint for PATCH.
    public var patch: Verb {
        get { self[.patch] }
        set { self[.patch] = newValue }
    }

    /// Declares an endpoint for DELETE.
    public var delete: Verb {
        get { self[.delete] }
        set { self[.delete] = newValue }
    }

    /// Declares an endpoint for any method: `routes[.options]("/tasks", ...)`.
    public subscript(method: Method) -> Verb {
        get { Verb(method) }
        // A verb starts with nothing declared, so these are new.
        set { newValue.declared.forEach { add($0) } }
    }
}
