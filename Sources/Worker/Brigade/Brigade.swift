// The one module that an application imports: `import Brigade` is all of its parts, which stay modules of their own, so
// that the compiler holds what each may know of the others.
@_exported public import Endpoints
@_exported public import Logging
@_exported public import Messages
@_exported public import Serving
