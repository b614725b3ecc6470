public import Messages

/// What endpoints are declared on: an `API`, or a `Router` that is included in one.
///
/// ```swift
/// api.get("/recipes/{id}", Path("id", Int.self)) { id in try store.find(id) }
/// ```
public protocol Routes {
    /// Takes an endpoint; `get`, `post` and the others are what one calls.
    mutating func add(_ operation: Operation)
}

extension Routes {
    /// Takes a router's endpoints, below this one's prefix.
    public mutating func include(_ router: Router) {
        router.operations.forEach { add($0) }
    }

    /// Declares endpoints that have a prefix, tags or needs in common. See `Router`.
    public mutating func group<each Need: Parameter>(
        _ prefix: String, tags: [String] = [], needs: repeat each Need, declare: (inout Router) throws -> Void
    ) rethrows {
        var router = Router(prefix: prefix, tags: tags, needs: repeat each needs)
        try declare(&router)
        include(router)
    }

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
